"""Putting packs together for a secretariat: what is known as a file to edit, and parties from a table (CSV).

* `known` gives what is known as a pack that can be edited, signed and taken again. Of invented States nothing is in it.
* A table of parties is what depositaries publish: State, day of signature, day of consent, how. It becomes facts of one
  source and one day; when a line cannot be read, none is (`casework.lines`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from rogatory_node.casework import lines
from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.records import FORMAT, Pack, Party, PartyTable
from rogatory_node.casework.lines import Table

COLUMNS: Final = ("state", "signed", "bound", "how", "in_force", "denounced")
REQUIRED: Final = ("state", "bound")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a pack says of itself.

    Attributes:
        name: Stays the same.
        version: Grows.
        issued: The day on which it is put together.
    """

    name: str
    version: int
    issued: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a list of parties is from.

    Attributes:
        instrument: Whose parties they are.
        source: Where it was found.
        as_of: The day of which it is.
        checked: Whether somebody compared it with the official list.
    """

    instrument: str
    source: str
    as_of: date
    checked: bool = False


def known(corpus: Corpus, head: Head, *, instrument: str | None = None, state: str | None = None) -> Pack:
    """Return what is known as a pack: of one instrument, of one State, of both, or all."""
    real = {code: each for code, each in corpus.instruments.items() if not each.invented}

    def wanted(pair: tuple[str, str]) -> bool:
        code, of = pair
        fits = instrument in (None, code) and state in (None, of)
        return fits and code in real and not corpus.invented(of)

    said = [corpus.statements[pair] for pair in sorted(filter(wanted, corpus.statements))]
    states = [each for code, each in corpus.states.items() if state in (None, code) and not each.invented]
    return Pack(
        format=FORMAT,
        name=head.name,
        version=head.version,
        issued=head.issued,
        instruments=tuple(each for code, each in real.items() if state is None and instrument in (None, code)),
        parties=tuple(corpus.parties[pair] for pair in sorted(filter(wanted, corpus.parties))),
        statements=tuple(each for listed in said for each in listed),
        states=tuple(states) if instrument is None else (),
    )


def parties(raw: bytes, origin: Origin) -> Table[Party]:
    """Read a table of parties."""

    def record(cells: Mapping[str, str]) -> Party:
        told = {name: cell.upper() if name == "state" else cell for name, cell in cells.items()}
        said = {"source": origin.source, "as_of": origin.as_of.isoformat(), "checked": origin.checked}
        return msgspec.convert({**told, "instrument": origin.instrument, **said}, Party)

    return lines.read(raw, lines.Form(columns=COLUMNS, required=REQUIRED, record=record, key=lambda each: each.state))


def pack_of(found: Table[Party], head: Head, origin: Origin) -> Pack:
    """Return a pack of parties that were read: those with plain days as one table, the others one by one."""
    plain = [each for each in found.entries if each.in_force is None and each.denounced is None]
    rows = {each.state: (each.signed, each.bound, each.how or None) for each in plain}
    table = PartyTable(
        instrument=origin.instrument, rows=rows, source=origin.source, as_of=origin.as_of, checked=origin.checked
    )
    return Pack(
        format=FORMAT,
        name=head.name,
        version=head.version,
        issued=head.issued,
        tables=(table,) if rows else (),
        parties=tuple(each for each in found.entries if each.state not in rows),
    )
