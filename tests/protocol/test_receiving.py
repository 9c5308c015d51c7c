"""The recipient: one answer to each offer, signed only where a stored refusal does no harm."""

import pytest

from rogatory_protocol.errors import Code, LocalProtocolError
from rogatory_protocol.evidence import Level
from rogatory_protocol.receiving import (
    BLOBS,
    ROWS,
    BlobAction,
    BlobEvent,
    BlobState,
    Kind,
    Known,
    Row,
    advance_blob,
    after_opening,
    before_opening,
)

SIGNED = {Code(number) for number in (5, 10, 11, 13, 14, 15, 18)}


def test_LET_06_a_letter_that_is_not_from_the_peer_is_an_error_and_nothing_stored() -> None:
    reply = before_opening(from_is_peer=False, known=Known.STORED)
    assert reply is not None
    assert (reply.kind, reply.code, reply.alarm) == (Kind.ERROR, Code.DISAGREE, True)


@pytest.mark.parametrize("known", [Known.STORED, Known.REFUSED])
def test_LET_16_what_is_known_is_answered_before_anything_is_opened(known: Known) -> None:
    reply = before_opening(from_is_peer=True, known=known)
    assert reply is not None
    assert reply.kind is Kind.REPEAT
    assert ROWS[Kind.REPEAT] == ()


def test_what_is_new_is_opened() -> None:
    assert before_opening(from_is_peer=True, known=Known.NEW) is None


def test_a_good_letter_is_committed_with_all_its_rows() -> None:
    whole = after_opening(failure=None, id_taken=False, attachments=False)
    assert (whole.kind, whole.level) == (Kind.COMMIT, Level.COMPLETE)
    arriving = after_opening(failure=None, id_taken=False, attachments=True)
    assert (arriving.kind, arriving.level) == (Kind.COMMIT, Level.STORED)
    assert set(ROWS[Kind.COMMIT]) == set(Row)


def test_LET_15_a_reused_id_is_refused_with_an_alarm() -> None:
    reply = after_opening(failure=None, id_taken=True, attachments=False)
    assert (reply.kind, reply.level, reply.code, reply.alarm) == (Kind.REFUSE, Level.REFUSED, Code.ID_REUSED, True)


@pytest.mark.parametrize("code", list(Code))
def test_only_listed_codes_are_signed(code: Code) -> None:
    reply = after_opening(failure=code, id_taken=False, attachments=False)
    assert reply.code is code
    assert (reply.kind is Kind.REFUSE) is (code in SIGNED)
    assert (reply.level is Level.REFUSED) is (code in SIGNED)


def test_a_key_that_is_not_good_is_an_error_but_a_removed_authority_is_signed() -> None:
    """The sender signs the same payload again; a stored 90 would answer that for ever."""
    assert after_opening(failure=Code.NOT_GOOD, id_taken=False, attachments=False).kind is Kind.ERROR
    removed = after_opening(failure=Code.NOT_GOOD, id_taken=False, attachments=False, authority_removed=True)
    assert removed.kind is Kind.REFUSE


def test_LET_29_nothing_is_signed_about_a_file_before_its_signature_verified() -> None:
    for code in SIGNED:
        reply = after_opening(failure=code, id_taken=False, attachments=False, from_file=True)
        verified = code in {Code.DISAGREE, Code.ID_REUSED, Code.ATTACHMENT, Code.NOT_AUTHORISED}
        assert (reply.kind is Kind.REFUSE) is verified


def test_a_bad_chunk_is_asked_for_once_more_and_then_refused() -> None:
    state, action = advance_blob(BlobState.PULLING, BlobEvent.BAD_CHUNK)
    assert action is BlobAction.PULL_AGAIN
    assert advance_blob(state, BlobEvent.CHUNK) == (BlobState.PULLING, BlobAction.PULL)
    assert advance_blob(state, BlobEvent.BAD_CHUNK) == (BlobState.BROKEN, BlobAction.REFUSE)


def test_LET_26_a_blob_is_verified_by_its_hash_only() -> None:
    into = {
        (state, event)
        for state, row in BLOBS.items()
        for event, (after, _) in row.items()
        if after is BlobState.VERIFIED
    }
    assert into == {(BlobState.PULLING, BlobEvent.WHOLE)}
    assert advance_blob(BlobState.PULLING, BlobEvent.BAD_HASH) == (BlobState.BROKEN, BlobAction.REFUSE)


def test_an_ended_blob_moves_no_more() -> None:
    for state in (BlobState.VERIFIED, BlobState.BROKEN):
        for event in BlobEvent:
            with pytest.raises(LocalProtocolError):
                advance_blob(state, event)
