"""Log proofs: one form, and only for the leaf, the place and the checkpoint that they say."""

import hashlib

import pytest

from rogatory_protocol.checkpoint import Checkpoint, LogKeys, sign
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.merkle import leaf_hash, path, root
from rogatory_protocol.tlog_proof import MAX_PROOF_BYTES, TlogProof, check, compose, parse

KEYS = LogKeys("log.example", hashlib.sha512(b"log").digest())
LEAVES = [b"leaf %d" % n for n in range(7)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
NOTE = sign(KEYS, 7, root(HASHES), 1_800_000_000)
HEAD = Checkpoint.open(NOTE, KEYS.public)


def proof(n: int) -> TlogProof:
    return TlogProof(index=n, path=tuple(path(n, HASHES)), checkpoint=NOTE)


def refusal(raw: bytes) -> Code:
    with pytest.raises(RefusedError) as caught:
        parse(raw)
    return caught.value.code


def test_every_leaf_is_proved_and_comes_back_as_written() -> None:
    for n, leaf in enumerate(LEAVES):
        raw = compose(proof(n))
        assert raw.startswith(b"c2sp.org/tlog-proof@v1\nindex %d\n" % n)
        assert raw.endswith(b"\n\n" + NOTE)
        known = parse(raw)
        assert known == proof(n)
        check(known, leaf, HEAD)


def test_a_log_of_one_leaf_has_a_proof_without_hashes() -> None:
    note = sign(KEYS, 1, HASHES[0], 1)
    raw = compose(TlogProof(index=0, path=(), checkpoint=note))
    assert raw == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + note
    check(parse(raw), LEAVES[0], Checkpoint.open(note, KEYS.public))


def test_another_leaf_place_path_or_checkpoint_is_refused() -> None:
    other = sign(KEYS, 7, root(HASHES), 1_800_000_001)
    for wrong, leaf in (
        (proof(2), LEAVES[3]),
        (TlogProof(index=3, path=proof(2).path, checkpoint=NOTE), LEAVES[2]),
        (TlogProof(index=2, path=proof(2).path[:-1], checkpoint=NOTE), LEAVES[2]),
        (TlogProof(index=2, path=proof(2).path, checkpoint=other), LEAVES[2]),
    ):
        with pytest.raises(RefusedError) as caught:
            check(wrong, leaf, HEAD)
        assert caught.value.code in {Code.DISAGREE, Code.MALFORMED}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 2", b"index 02"),
        (b"index 2", b"index -2"),
        (b"index 2", b"index 2 "),
        (b"index 2", b"index \xd9\xa2"),
        (b"index 2", b"index 99999999999999999999"),
        (b"index 2\n", b"extra YQ==\nindex 2\n"),
        (b"index 2\n", b"index 2\nYQ==\n"),
        (b"index 2\n", b"index 2\n" + b"A" * 44 + b"\n"),
        (b"index 2\n", b""),
        (b"\n", b"\r\n"),
    ],
)
def test_any_other_form_is_refused(old: bytes, new: bytes) -> None:
    assert refusal(compose(proof(2)).replace(old, new)) is Code.MALFORMED


def test_what_is_cut_or_too_long_is_refused() -> None:
    raw = compose(proof(2))
    for size in range(raw.index(b"\n\n") + 1):
        assert refusal(raw[:size]) is Code.MALFORMED
    assert refusal(bytes(MAX_PROOF_BYTES + 1)) is Code.TOO_LARGE
