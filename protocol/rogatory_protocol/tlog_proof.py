"""Proofs that something is in a log, to be checked without a network: C2SP tlog-proof (B.15).

* A proof is its index, the inclusion path and the checkpoint as the log signed it, in lines of text.
* RGT/1 has no ``extra`` line: it is not authenticated and says nothing that a verifier may use.
* A proof has one form; anything else is refused.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

from rogatory_protocol import note
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.merkle import HASH_BYTES, leaf_hash, root_from_path

MAX_PATH: Final = 63  # the longest path of a tree of 2^63 leaves
MAX_PROOF_BYTES: Final = note.MAX_NOTE_BYTES + 64 * (MAX_PATH + 2)
_FIRST: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """A proof as it came.

    Attributes:
        index: Which leaf of the log.
        path: Its inclusion path, lowest neighbour first.
        checkpoint: The note, as the log signed it.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def compose(proof: TlogProof) -> bytes:
    """Write a proof."""
    hashes = [base64.b64encode(each).decode() for each in proof.path]
    head = "\n".join([_FIRST, f"index {proof.index}", *hashes, "", ""])
    return head.encode() + proof.checkpoint


def parse(raw: bytes) -> TlogProof:
    """Take a proof apart; nothing of it is verified.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    if len(raw) > MAX_PROOF_BYTES:
        raise RefusedError(Code.TOO_LARGE, "log proof")
    head, gap, checkpoint = raw.partition(b"\n\n")
    try:
        first, index, *hashes = head.decode("ascii").split("\n")
    except ValueError:
        raise _malformed("lines") from None
    number = _INDEX.fullmatch(index)
    if not gap or first != _FIRST or number is None or len(hashes) > MAX_PATH:
        raise _malformed("lines")
    path = tuple(note.strict_base64(each) for each in hashes)
    if any(len(each) != HASH_BYTES for each in path):
        raise _malformed("a hash has another length")
    return TlogProof(index=int(number[1]), path=path, checkpoint=checkpoint)


def check(proof: TlogProof, leaf: bytes, head: Checkpoint) -> None:
    """Check that a leaf is in the tree of a verified checkpoint, which must be the one that the proof carries.

    Raises:
        RefusedError: DISAGREE or MALFORMED.
    """
    if proof.checkpoint != head.raw:
        raise RefusedError(Code.DISAGREE, "log proof under another checkpoint")
    if root_from_path(proof.index, head.size, leaf_hash(leaf), proof.path) != head.root:
        raise RefusedError(Code.DISAGREE, "leaf is not in the log")


def _malformed(what: str) -> RefusedError:
    return RefusedError(Code.MALFORMED, f"log proof: {what}")
