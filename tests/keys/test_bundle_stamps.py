"""Tokens and officers' signatures in a bundle: what dates, what is open, what fails (B.15 item 2)."""

import dataclasses
from typing import Any

import tsa
from cryptography.x509 import Certificate
from test_approval import passkey

from rogatory_keys.bundle import check
from rogatory_keys.bundle_verdict import Item, Status, Verdict, What
from rogatory_protocol import evidence as e
from rogatory_protocol.letter import Approval, approval_message
from rogatory_protocol.statement_fields import Revocation

DAY = 86_400
NOW = 1_800_000_000


def judged(world: Any, *stamps: Certificate) -> Verdict:
    return check(world.zip(), registries=[world.registry.aid.hex()], stamps=stamps)


def enclose(world: Any, raw: bytes) -> None:
    world.files[f"letters/{world.request.hex()}/timestamps/000.tsr"] = raw


def about(verdict: Verdict, *whats: What) -> list[tuple[What, Status]]:
    return [(each.what, each.status) for each in verdict.findings if each.what in whats]


def test_without_anchors_a_token_is_consistent_and_its_authority_not_checked(maker: Any) -> None:
    world = maker()
    enclose(world, tsa.token(world.request, ts=NOW + DAY))
    verdict = judged(world)
    assert about(verdict, What.TOKEN_CONSISTENT) == [(What.TOKEN_CONSISTENT, Status.STATED)]
    assert verdict.holds


def test_a_token_of_a_trusted_authority_says_its_time(maker: Any) -> None:
    world = maker()
    enclose(world, tsa.token(world.request, ts=NOW + DAY + 60))
    verdict = judged(world, tsa.root())
    (found,) = (each for each in verdict.findings if each.what is What.STAMPED_BY)
    assert (found.status, found.args["ts"], found.args["authority"]) == (Status.HOLDS, NOW + DAY + 60, "CN=stamps")
    assert verdict.holds


def test_a_token_of_another_authority_is_open(maker: Any) -> None:
    world = maker()
    enclose(world, tsa.token(world.request, ts=NOW + DAY))
    verdict = judged(world, tsa.root("other"))
    assert about(verdict, What.TOKEN_UNTRUSTED) == [(What.TOKEN_UNTRUSTED, Status.OPEN)]
    assert verdict.first_failure is None


def test_an_enclosed_token_that_is_not_good_fails_naming_its_file(maker: Any) -> None:
    for raw in (b"a token", tsa.token(b"\x12" * 32)):
        world = maker()
        enclose(world, raw)
        failure = judged(world).first_failure
        assert failure is not None
        assert (failure.item, failure.file.rpartition("/")[2]) == (Item.TIME, "000.tsr")


def test_a_token_that_cannot_be_checked_is_never_good(maker: Any) -> None:
    world = maker()
    enclose(world, tsa.message(tsa.info(world.request), kind="1.2.840.113549.1.9.16.1.4", scheme="1.2.840.10040.4.3"))
    assert about(judged(world), What.TOKEN_UNCHECKED) == [(What.TOKEN_UNCHECKED, Status.STATED)]
    assert about(judged(world, tsa.root()), What.TOKEN_UNCHECKED) == [(What.TOKEN_UNCHECKED, Status.OPEN)]


def test_a_token_dates_a_letter_whose_key_was_revoked_later(maker: Any) -> None:
    world = maker()
    third = world.letter(world.a, world.b, n=3, seq=2, prev=world.request, ts=NOW + 7 * DAY)
    world.a.renew(
        ts=NOW + 15 * DAY,
        seal=(dataclasses.replace(world.a.chain[0].content.seal[0], pub=world.key("A next").public),),
        revoked=(Revocation(kid=world.a.seal.kid, at=NOW + 9 * DAY, why="lost"),),
    )
    world.state(world.a)
    world.decide(world.a, ts=NOW + 20 * DAY)
    world.chains(world.a, world.b)
    world.heads(world.a, *range(1, len(world.a.leaves) + 1))
    revoked = [each for each in judged(world).findings if each.what is What.KEY_REVOKED]
    assert third.hex() in {each.args["letter"] for each in revoked}
    world.files[f"letters/{third.hex()}/timestamps/000.tsr"] = tsa.token(third, ts=NOW + 8 * DAY)
    now = [each for each in judged(world, tsa.root()).findings if each.what is What.KEY_REVOKED]
    assert third.hex() not in {each.args["letter"] for each in now}
    world.files[f"letters/{third.hex()}/timestamps/000.tsr"] = tsa.token(third, ts=NOW + 10 * DAY)
    late = [each for each in judged(world, tsa.root()).findings if each.what is What.KEY_REVOKED]
    assert third.hex() in {each.args["letter"] for each in late}


def test_a_signer_who_quotes_a_bad_token_does_not_undo_the_proof_against_himself(maker: Any) -> None:
    world = maker()
    world.evidence(world.b, world.a, world.reply_to_be_stamped(), e.Level.STORED, NOW + 9 * DAY, tst=b"a token")
    verdict = judged(world)
    assert verdict.first_failure is None
    assert about(verdict, What.TOKEN_BAD) == [(What.TOKEN_BAD, Status.OPEN)]


def test_a_token_that_an_evidence_quotes_is_checked(maker: Any) -> None:
    world = maker()
    letter = world.reply_to_be_stamped()
    world.evidence(world.b, world.a, letter, e.Level.STORED, NOW + 9 * DAY, tst=tsa.token(letter, ts=NOW + 8 * DAY))
    verdict = judged(world, tsa.root())
    assert about(verdict, What.STAMPED_BY) == [(What.STAMPED_BY, Status.HOLDS)]
    assert verdict.holds


def test_officers_signatures_are_checked_one_by_one(maker: Any) -> None:
    world = maker()
    good = world.approved(lambda body: passkey(message=approval_message(body)))
    eid = world.approved(lambda body: Approval(t="cms/1", by="N", d=tsa.message(approval_message(body), inside=False)))
    bad = world.approved(lambda _: passkey(message=b"\x13" * 32))
    unknown = world.approved(lambda _: Approval(t="ink/1", by="N", d=b"a blot"))
    verdict = judged(world)
    assert verdict.first_failure is None
    found = {each.args["letter"]: (each.what, each.status) for each in verdict.findings if "by" in each.args}
    assert found == {
        good.hex(): (What.APPROVED_BY, Status.HOLDS),
        eid.hex(): (What.APPROVED_WITH, Status.HOLDS),
        bad.hex(): (What.APPROVAL_BAD, Status.OPEN),
        unknown.hex(): (What.APPROVAL_UNCHECKED, Status.STATED),
    }
