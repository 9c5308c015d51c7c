"""Time-stamp tokens and officers' signatures in an evidence bundle (B.15 item 2, B.8, B.13).

* A token in ``timestamps/`` was put in by whoever made the bundle: one that is not good fails it.
* A token in an evidence, and an approval, were put in by a signer: one that is not good is open, never more, or he
  could undo the proof against himself.
* Without anchors a token whose signature fits is stated: nobody says whose it is. With anchors it dates the letter, or
  is open.
* What cannot be checked is said to be so. It is never good.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.x509 import Certificate

from rogatory_keys import approval, timestamp
from rogatory_keys.bundle_verdict import Args, Finding, Item, Status, What, judging
from rogatory_keys.errors import UncheckableError
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.letter import Approval, Letter, approval_message


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a token is found to be.

    Attributes:
        file: Where it is.
        dates: The time that it proves, or None.
        args: What a text needs: time and authority, or why not.
    """

    file: str
    status: Status
    what: What
    dates: int | None = None
    args: Args

    def finding(self, common: Args) -> Finding:
        """Say it about a letter."""
        args = {**common, **self.args}
        return Finding(item=Item.TIME, status=self.status, what=self.what, file=self.file, args=args)


def tokens(
    letter: Digest,
    enclosed: Iterable[tuple[str, bytes]],
    quoted: Iterable[tuple[str, bytes]],
    roots: Sequence[Certificate],
) -> Iterator[Token]:
    """Check the tokens about a letter: those *enclosed* in the bundle, and those *quoted* in evidence.

    Raises:
        Failed: One that is enclosed is not good.
    """
    for file, raw in enclosed:
        with judging(Item.TIME, file):
            yield _token(file, raw, letter, roots)
    for file, raw in quoted:
        try:
            yield _token(file, raw, letter, roots)
        except RefusedError as refusal:
            args = {"code": refusal.code.name.lower(), "why": refusal.what}
            yield Token(file=file, status=Status.OPEN, what=What.TOKEN_BAD, args=args)


def approvals(letter: Letter, file: str, common: Args) -> Iterator[Finding]:
    """Check the officers' signatures on a letter."""
    message = approval_message(letter.body_raw)
    for each in letter.approvals:
        status, what, args = _approval(each, message)
        yield Finding(item=Item.ORIGIN, status=status, what=what, file=file, args={**common, "by": each.by, **args})


def _token(file: str, raw: bytes, letter: Digest, roots: Sequence[Certificate]) -> Token:
    try:
        stamp = timestamp.check(raw, letter, roots)
    except UncheckableError as error:
        status = Status.OPEN if roots else Status.STATED
        return Token(file=file, status=status, what=What.TOKEN_UNCHECKED, args={"why": error.why})
    args: Args = {"ts": stamp.ts, "authority": stamp.authority}
    if stamp.trusted is None:
        return Token(file=file, status=Status.STATED, what=What.TOKEN_CONSISTENT, args=args)
    if not stamp.trusted:
        return Token(file=file, status=Status.OPEN, what=What.TOKEN_UNTRUSTED, args=args)
    return Token(file=file, status=Status.HOLDS, what=What.STAMPED_BY, dates=stamp.ts, args=args)


def _approval(each: Approval, message: bytes) -> tuple[Status, What, dict[str, str | int]]:
    try:
        signed = approval.check(each, message)
    except UncheckableError as error:
        return Status.STATED, What.APPROVAL_UNCHECKED, {"kind": each.t, "why": error.why}
    except RefusedError as refusal:
        return Status.OPEN, What.APPROVAL_BAD, {"code": refusal.code.name.lower(), "why": refusal.what}
    if signed.subject:
        return Status.HOLDS, What.APPROVED_WITH, {"subject": signed.subject}
    return Status.HOLDS, What.APPROVED_BY, {}
