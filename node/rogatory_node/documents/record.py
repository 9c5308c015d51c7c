"""A letter of the store as a document tells of it: who, when, what was proved of it, and its files.

* Values are plain; nothing here opens or checks anything. What a store shows was checked when it was taken in.
* ``code_of`` is what the code at the end of a document says: the digests of the letters that it certifies, so that who
  has the proof compares them without typing. Many letters are one hash over their sorted digests.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

MOST_NAMED: Final = 8  # digests that a code names; more make it too dense for a camera
_ONE: Final = "urn:rogatory:letter:"
_MANY: Final = "urn:rogatory:letters:"
_DIGESTS: Final = re.compile(r"[0-9a-f]{64}(,[0-9a-f]{64})*")
_BLANKS: Final = re.compile(r"[\s\u200b]")
_SET: Final = re.compile(r"([0-9]{1,6}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An authority: its digits, its country, its names by language, and whether it is this one."""

    aid: str
    cc: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    own: bool = False

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """Read one as the node tells it."""
        return cls(
            aid=value["aid"], cc=value.get("cc") or "", names=value.get("name") or {}, own=bool(value.get("self"))
        )

    def called(self, language: str) -> str:
        """Return its name in a language, else in English, else any; with its country."""
        name = self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), self.aid[:16])
        return f"{name} ({self.cc})" if self.cc else name


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment: its name is its sender's word."""

    index: int
    name: str
    mt: str
    size: int
    sha256: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """An evidence about a letter."""

    digest: str
    level: int
    issuer: Party
    at: int
    role: str | None
    code: str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A letter.

    Attributes:
        digest: Its digest.
        kind: Its kind.
        outgoing: It is this authority's own.
        sender: Who wrote it.
        to: Its recipients.
        written: Seconds since 1970 at which it was signed.
        stored: And at which it was stored here.
        form: What it says; empty when its form is no JSON object.
        files: Its attachments.
        proved: The evidence about it.
    """

    digest: str
    kind: str
    outgoing: bool
    sender: Party
    to: tuple[Party, ...]
    written: int
    stored: int
    form: Mapping[str, Any] = field(repr=False)
    files: tuple[File, ...]
    proved: tuple[Proved, ...]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Read a letter as the node tells it (``GET /case``)."""
        return cls(
            digest=told["letter"],
            kind=told["kind"],
            outgoing=told["outgoing"],
            sender=Party.of(told["from"]),
            to=tuple(Party.of(each) for each in told["to"]),
            written=told["written"],
            stored=told["stored"],
            form=_form(told["form"]),
            files=tuple(
                File(**{name: each[name] for name in ("index", "name", "mt", "size", "sha256", "verified")})
                for each in told["attachments"]
            ),
            proved=tuple(
                Proved(
                    digest=each["digest"],
                    level=each["lvl"],
                    issuer=Party.of(each["from"]),
                    at=each["at"],
                    role=each["role"],
                    code=each["code"],
                )
                for each in told["evidence"]
            ),
        )


def _form(told: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        value = json.loads(told.get("text", ""))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def code_of(digests: Sequence[str]) -> str:
    """Return what the code of a document about these letters says."""
    if len(digests) <= MOST_NAMED:
        return _ONE + ",".join(digests)
    return f"{_MANY}{len(set(digests))}:{_joined(digests)}"


def names_all(code: str, digests: Collection[str]) -> bool:
    """Say whether all the letters that a code stands for are among these.

    Raises:
        ValueError: It is no such code.
    """
    code = _BLANKS.sub("", code)  # as copied from a page, in lines
    if code.startswith(_ONE) and _DIGESTS.fullmatch(rest := code.removeprefix(_ONE)):
        return set(rest.split(",")) <= set(digests)
    if code.startswith(_MANY) and (found := _SET.fullmatch(code.removeprefix(_MANY))):
        return (int(found[1]), found[2]) == (len(set(digests)), _joined(digests))
    raise ValueError(code)


def _joined(digests: Collection[str]) -> str:
    return hashlib.sha256("".join(sorted(set(digests))).encode()).hexdigest()
