"""The titles of treaties alone, for those who only name them: the whole corpus takes ten times as long to read."""

from collections.abc import Mapping
from functools import cache

import msgspec

from rogatory_node.casework.law.corpus import DATA


class _Instrument(msgspec.Struct, frozen=True):
    code: str
    title: dict[str, str]


class _Pack(msgspec.Struct, frozen=True):
    instruments: tuple[_Instrument, ...] = ()


def title(code: str, language: str) -> str | None:
    """Return the title of a treaty that comes with the program, in a language, else in English."""
    found = _titles().get(code)
    return None if found is None else found.get(language) or found.get("en")


@cache
def _titles() -> Mapping[str, Mapping[str, str]]:
    packs = (msgspec.json.decode(path.read_bytes(), type=_Pack) for path in sorted(DATA.glob("*.json")))
    return {each.code: each.title for pack in packs for each in pack.instruments}
