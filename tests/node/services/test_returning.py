"""What a peer gives back counts only if it is what was asked for, and holds at its own time."""

import pytest
from lost import KEYS, TS, XA, XB, returned, said, written
from pairs import SEALS, key_of
from sqlalchemy import Connection

from rogatory_node.services.resyncing import Role
from rogatory_node.services.returning import Lost, judge, lacking
from rogatory_node.storage.writer import Writer
from rogatory_protocol.copies import Copy
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest, Kid


def refusal(copy: Copy, digest: Digest, role: Role = Role.RECIPIENT) -> Code:
    me, peer = (XB, XA) if role is Role.RECIPIENT else (XA, XB)
    with pytest.raises(RefusedError) as error:
        judge(copy, me=me, peer=peer, role=role, digest=digest, keys=KEYS)
    return error.value.code


@pytest.mark.parametrize("role", list(Role))
def test_DLV_09_a_letter_is_taken_back_long_after_its_deadline(role: Role) -> None:
    found = returned(1, Level.COMPLETE, role=role)
    assert found.letter is not None
    assert found.letter.core.exp < TS + 90 * 86_400
    assert found.acknowledged
    assert [proof.content.lvl for proof in found.evidence] == [Level.COMPLETE]


def test_a_letter_that_was_past_its_deadline_at_the_evidence_is_refused() -> None:
    digest, raw, parts = written(1)
    late = said(digest, Level.COMPLETE, ts=TS + 86_401)
    assert refusal(Copy(letter=raw, parts=parts, evidence=(late,)), digest) is Code.EXPIRED


def test_a_letter_that_was_never_acknowledged_is_left_to_its_senders_offer() -> None:
    digest, raw, parts = written(1)
    for proofs in ((), (said(digest, Level.REFUSED),)):
        assert refusal(Copy(letter=raw, parts=parts, evidence=proofs), digest) is Code.NOT_FOUND


@pytest.mark.parametrize("role", list(Role))
def test_another_letter_or_foreign_evidence_is_refused(role: Role) -> None:
    digest = written(1)[0]
    other, raw_2, parts_2 = written(2)
    good = said(digest, Level.COMPLETE)
    assert refusal(Copy(letter=raw_2, parts=parts_2, evidence=(good,)), digest, role) is Code.DISAGREE
    assert refusal(Copy(evidence=(said(other, Level.COMPLETE),)), digest, role) is Code.DISAGREE
    for by, to in (("XC", XA), ("XB", Aid(bytes(32))), ("XA", XB)):
        foreign = said(digest, Level.COMPLETE, by=by, to=to)
        assert refusal(Copy(evidence=(foreign,)), digest, role) is Code.DISAGREE


def test_own_evidence_is_believed_by_its_signature_alone() -> None:
    digest, raw, parts = written(1)
    good = said(digest, Level.COMPLETE)
    bent = good[:-20] + bytes((good[-20] ^ 1,)) + good[-19:]
    assert refusal(Copy(letter=raw, parts=parts, evidence=(bent,)), digest) is Code.SIGNATURE


def test_own_evidence_by_a_key_that_was_revoked_since_goes_to_a_person() -> None:
    digest, raw, parts = written(1)
    copy = Copy(letter=raw, parts=parts, evidence=(said(digest, Level.COMPLETE),))

    def revoked(aid: Aid, kid: Kid, ts: int) -> bytes:
        if aid == XB:
            raise RefusedError(Code.NOT_GOOD, "key")
        return key_of(SEALS)(aid, kid, ts)

    with pytest.raises(RefusedError) as error:
        judge(copy, me=XB, peer=XA, role=Role.RECIPIENT, digest=digest, keys=revoked)
    assert error.value.code is Code.NOT_GOOD


def test_a_declaration_is_passed_over() -> None:
    digest, raw, parts = written(1)
    proofs = (said(digest, Level.COMPLETE), said(digest, Level.MISSED, by="XA", to=XB))
    copy = Copy(letter=raw, parts=parts, evidence=proofs)
    found = judge(copy, me=XB, peer=XA, role=Role.RECIPIENT, digest=digest, keys=KEYS)
    assert [proof.content.lvl for proof in found.evidence] == [Level.COMPLETE]


async def test_only_what_was_acknowledged_and_is_lacking_is_fetched(writer: Writer) -> None:
    one, two, three = (written(n)[0] for n in (1, 2, 3))
    rows = ((one, ()), (two, (30, 35)), (three, (90, 91)))

    def look(connection: Connection, commands: list[Role]) -> list[list[Digest]]:
        return [lacking(connection, XB, Lost(peer=XA, role=role, rows=rows)) for role in commands]

    assert await writer.execute(look, Role.RECIPIENT) == [two, three]
