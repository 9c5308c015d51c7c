"""Bundles that hold and bundles that do not: each way to be wrong, with what is said first (P31)."""

import io
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from second import second, word_of

from rogatory_keys.bundle import check, root_of
from rogatory_keys.bundle_verdict import Finding, Item, Status, Verdict, What
from rogatory_protocol import decision as d
from rogatory_protocol import evidence as e
from rogatory_protocol import parts
from rogatory_protocol.ids import digits_of
from rogatory_protocol.statement_fields import Period, Revocation

DAY = 86_400
NOW = 1_800_000_000
Files = dict[str, bytes]
DAMAGED, REFUSED = What.DAMAGED, What.REFUSED
HOLDS = "holds"
Expected = str | tuple[Item, What] | What
"""HOLDS, what fails first, or what is left open."""


def judged(world: Any, files: Files | None = None, *, roots: tuple[str, ...] | None = None) -> Verdict:
    """Check with our verifier, which must be of one mind with the second one in the documentation."""
    raw, named = world.zip(files), (world.registry.aid.hex(),) if roots is None else roots
    verdict = check(raw, registries=named)
    word, why = second.verdict(raw, named)
    assert word == word_of(verdict), (why, verdict.first_failure)
    return verdict


def compare(verdict: Verdict, expected: Expected) -> None:
    failure = verdict.first_failure
    if expected == HOLDS:
        assert failure is None, failure
        assert verdict.holds, [each for each in verdict.findings if each.status is Status.OPEN]
    elif isinstance(expected, tuple):
        assert failure is not None
        assert (failure.item, failure.what) == expected, failure
        assert verdict.findings[-1] is failure
        assert not verdict.holds
    else:
        assert failure is None, failure
        assert [each.what for each in verdict.findings if each.status is Status.OPEN] == [expected]
        assert not verdict.holds


def only(verdict: Verdict, what: What) -> Finding:
    (found,) = (each for each in verdict.findings if each.what is what)
    return found


# What holds


def test_P31_the_usual_case_holds_in_the_order_of_the_specification(exchange: Any) -> None:
    verdict = judged(exchange)
    compare(verdict, HOLDS)
    about_request = [each for each in verdict.findings if each.args.get("letter") == exchange.request.hex()]
    order = list(dict.fromkeys(each.item for each in about_request))
    assert order == [
        Item.ORIGIN, Item.RECIPIENT, Item.CONTENT, Item.TIME, Item.DELIVERY, Item.TAKEN, Item.DECISION,
    ]  # fmt: skip
    assert verdict.findings[-1].item is Item.CONTINUITY
    levels = {each.args["level"]: each.args["ts"] for each in about_request if "level" in each.args}
    assert levels == {30: NOW + 2 * DAY, 35: NOW + 2 * DAY + 9, 40: NOW + 3 * DAY, 50: NOW + 4 * DAY}
    assert only(verdict, What.TAKEN).args["role"] == "duty officer"
    assert [f.args["ts"] for f in verdict.findings if f.what is What.EXISTED_BY] == [NOW + 2 * DAY, NOW + 6 * DAY]


def test_P31_digits_name_the_registry_in_any_spacing(exchange: Any) -> None:
    digits = digits_of(exchange.registry.aid)
    for said in (digits, digits.replace(" ", ""), digits.replace(" ", "-"), f"  {digits}\n"):
        compare(judged(exchange, roots=(said,)), HOLDS)


@pytest.mark.parametrize("said", ["", "12345", "1" * 31, "g" * 64, "٣" * 30])
def test_what_is_neither_digits_nor_id_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        root_of(said)


def test_P31_without_digits_the_root_is_unknown(exchange: Any) -> None:
    compare(judged(exchange, roots=()), What.ROOT_UNKNOWN)


def test_P31_another_registry_is_not_the_root(exchange: Any) -> None:
    compare(judged(exchange, roots=("0" * 30,)), (Item.ROOT, What.ROOT_OTHER))


# Each file dropped, and one byte of each changed with its check sum made good again

DROPPED: dict[str, Expected] = {
    "README.txt": (Item.CONTAINER, DAMAGED),
    "letter.rcbor": (Item.CONTAINER, DAMAGED),
    "parts.rcbor": (Item.CONTAINER, DAMAGED),
    "form.bin": (Item.CONTENT, What.FORM_DIFFERS),
    "/att/": HOLDS,  # said to be absent
    "/evidence/": HOLDS,  # the bundle proves less
    "statement-": (Item.CONTAINER, DAMAGED),
    "checkpoint": (Item.CONTAINER, DAMAGED),
    "decisions/": (Item.CONTAINER, DAMAGED),
    "heads.rcbor": (Item.CONTAINER, DAMAGED),
    "leaf-": HOLDS,
}


def test_P31_each_file_dropped(exchange: Any) -> None:
    seen = set()
    for name in exchange.files:
        kind = next(kind for kind in DROPPED if kind in name)
        seen.add(kind)
        compare(judged(exchange, {each: raw for each, raw in exchange.files.items() if each != name}), DROPPED[kind])
    assert seen == set(DROPPED)


def test_P31_one_byte_of_each_file_changed_fails_naming_a_file(exchange: Any) -> None:
    for name, raw in exchange.files.items():
        for at in {0, len(raw) // 3, len(raw) // 2, len(raw) - 1}:
            changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
            verdict = judged(exchange, {**exchange.files, name: changed})
            if name == "README.txt":
                compare(verdict, HOLDS)  # a text for people, which signs nothing
                continue
            failure = verdict.first_failure
            assert failure is not None, (name, at)
            assert failure.file, (name, at, failure)


def test_P31_each_file_emptied_cut_or_lengthened(exchange: Any) -> None:
    for name, raw in exchange.files.items():
        for changed in (b"", raw[:-1], raw + b"\0"):
            if name != "README.txt":
                assert judged(exchange, {**exchange.files, name: changed}).first_failure is not None, name


def test_P31_files_swapped_with_others_of_their_kind(exchange: Any) -> None:
    for ending in (".rcbor", ".tlog-proof", "/000", "form.bin"):
        names = sorted(name for name in exchange.files if name.endswith(ending))
        for one, other in itertools.pairwise(names):
            files = exchange.files | {one: exchange.files[other], other: exchange.files[one]}
            if files[one] != files[other]:
                assert judged(exchange, files).first_failure is not None, (one, other)


# Cases made anew


def evidence_moved(x: Any) -> None:
    """Evidence of the request under the reply, under its own name."""
    x.files[x.stored.replace(x.request.hex(), x.reply.hex())] = x.files.pop(x.stored)


def evidence_by_stranger(x: Any) -> None:
    x.state(x.stranger)
    x.decide(x.stranger, ts=NOW + 3)
    x.evidence(x.stranger, x.a, x.request, e.Level.STORED)
    x.chains(x.a, x.b, x.stranger)


def evidence_by_unknown(x: Any) -> None:
    x.evidence(x.stranger, x.a, x.request, e.Level.STORED)


def evidence_to_stranger(x: Any) -> None:
    x.evidence(x.b, x.stranger, x.request, e.Level.STORED)


def evidence_by_sender(x: Any) -> None:
    x.evidence(x.a, x.b, x.request, e.Level.STORED)


def evidence_after_the_log(seconds: int) -> Callable[[Any], None]:
    def build(x: Any) -> None:
        x.clock = NOW + 6 * DAY
        x.chains(x.a, x.b)
        x.evidence(x.a, x.b, x.reply, e.Level.TAKEN, x.clock + seconds)
        x.heads(x.a, 1, 2, 3)

    return build


def evidence_before_its_key(x: Any) -> None:
    x.evidence(x.b, x.a, x.request, e.Level.TAKEN, NOW - 2 * DAY)


def declined_too(x: Any) -> None:
    x.evidence(x.b, x.a, x.request, e.Level.DECLINED, NOW + 5 * DAY, code="ordre-public")


def second_stored(x: Any) -> None:
    x.evidence(x.b, x.a, x.request, e.Level.STORED, NOW + 5 * DAY)


def missed_declared(x: Any) -> None:
    third = x.letter(x.a, x.b, n=3, seq=2, prev=x.request, ts=NOW + 7 * DAY)
    x.evidence(x.a, x.b, third, e.Level.MISSED, NOW + 60 * DAY, code=0)
    x.heads(x.a, 1, 2, 3, 4, 5)


def renewed(x: Any, who: Any, key: Callable[[str], Any], **changes: Any) -> None:
    seal = (Period(pub=key(f"{who.name} seal 2").public, nb=NOW, na=NOW + 350 * DAY),)
    who.renew(seal=seal, **changes)
    x.state(who)
    x.chains(x.a, x.b)


def revoked(who: str, at: int) -> Callable[[Any], None]:
    def build(x: Any) -> None:
        authority = getattr(x, who)
        gone = Revocation(kid=authority.seal.kid, at=at, why="lost")
        renewed(x, authority, x.key, ts=NOW + 30 * DAY, revoked=(gone,))

    return build


def revoked_without_evidence(x: Any) -> None:
    revoked("a", NOW + 20 * DAY)(x)
    for name in (x.stored, x.complete, x.taken, x.accepted):
        del x.files[name]


def rotated(x: Any) -> None:
    renewed(x, x.a, x.key, ts=NOW + 30 * DAY)


def signed_by_successor(x: Any) -> None:
    """Written under the old key, waited, and signed anew by its successor (B.12.1)."""
    x.letter(x.a, x.b, n=3, seq=2, prev=x.request, ts=NOW + 299 * DAY, signer=x.key("A seal 2"))
    renewed(x, x.a, x.key, ts=NOW + 298 * DAY)


def signed_before_its_key(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=2, prev=x.request, ts=NOW - 2 * DAY)


def signed_by_node_key(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=2, prev=x.request, signer=x.key("A node"))


def signed_by_another(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=2, prev=x.request, signer=x.b.seal)


def expired_undated(x: Any) -> None:
    x.clock = NOW + 301 * DAY
    x.chains(x.a, x.b)
    del x.files[x.answered]


def expired_dated(x: Any) -> None:
    x.clock = NOW + 301 * DAY
    x.chains(x.a, x.b)


def registry_expired(x: Any) -> None:
    x.decide(x.a, d.Act.RESUME, ts=NOW + 400 * DAY)
    x.clock = NOW + 401 * DAY
    x.chains(x.a, x.b)


def decision_missing(x: Any) -> None:
    for name in [each for each in x.files if each.startswith("decisions/") and "/statement-" not in each]:
        if not name.endswith("checkpoint"):
            del x.files[name]


def ruled(act: d.Act, ts: int) -> Callable[[Any], None]:
    def build(x: Any) -> None:
        x.decide(x.a, act, ts=ts)
        x.chains(x.a, x.b)

    return build


def suspended_and_resumed(x: Any) -> None:
    x.decide(x.a, d.Act.SUSPEND, ts=NOW + 10)
    x.decide(x.a, d.Act.RESUME, ts=NOW + 20)
    x.chains(x.a, x.b)


def decision_of_another_country(x: Any) -> None:
    x.decide(x.a, d.Act.ADMIT, ts=NOW + 5, cc="XZ")
    x.chains(x.a, x.b)


def decision_with_another_role(x: Any) -> None:
    x.decide(x.a, d.Act.ADMIT, ts=NOW + 5, roles=("extradition",))
    x.chains(x.a, x.b)


def decision_about_unknown_statement(x: Any) -> None:
    x.decide(x.a, d.Act.ADMIT, ts=NOW + 5, stmt=x.b.chain[0].digest)
    x.chains(x.a, x.b)


def decision_in_another_name(x: Any) -> None:
    x.decide(x.a, d.Act.ADMIT, ts=NOW + 5, reg=x.stranger.aid)
    x.chains(x.a, x.b)


def decision_of_the_future(x: Any) -> None:
    x.registry.renew(seal=(Period(pub=x.registry.seal.public, nb=NOW, na=NOW + 390 * DAY),), exp=NOW + 395 * DAY)
    x.state(x.registry)
    x.decide(x.a, d.Act.ADMIT, ts=x.clock + 601)
    x.chains(x.a, x.b)


def decisions_out_of_order(x: Any) -> None:
    x.decide(x.a, d.Act.SUSPEND, ts=NOW + 1)
    x.chains(x.a, x.b)


def decision_by_revoked_key(x: Any) -> None:
    gone = Revocation(kid=x.registry.seal.kid, at=NOW + 9, why="stolen")
    x.registry.renew(seal=(Period(pub=x.key("R seal 2").public, nb=NOW, na=NOW + 300 * DAY),), revoked=(gone,))
    x.state(x.registry)
    x.decide(x.a, d.Act.RESUME, ts=NOW + 8)
    x.chains(x.a, x.b)


def registry_key_revoked_later(x: Any) -> None:
    gone = Revocation(kid=x.registry.seal.kid, at=NOW + 9, why="stolen")
    x.registry.renew(seal=(Period(pub=x.key("R seal 2").public, nb=NOW, na=NOW + 300 * DAY),), revoked=(gone,))
    x.state(x.registry)
    x.chains(x.a, x.b)


def not_in_the_log(x: Any) -> None:
    """A statement that its chain bears out, under a proof of the statement before it."""
    x.chains(x.a, x.b)
    folder = f"authorities/{x.a.aid.hex()}/statement-"
    x.files[f"{folder}0002.rcbor"] = x.a.renew(ts=NOW + DAY).raw
    x.files[f"{folder}0002.tlog-proof"] = x.files[f"{folder}0001.tlog-proof"]


def statement_skipped(x: Any) -> None:
    renewed(x, x.a, x.key, ts=NOW + 30 * DAY)
    folder = f"authorities/{x.a.aid.hex()}/statement-"
    for ending in ("rcbor", "tlog-proof"):
        del x.files[f"{folder}0001.{ending}"]


def other_checkpoint(x: Any) -> None:
    """One proof under a later head of the same log."""
    x.log.append(x.log[1])
    x.clock += 60
    later = x.checkpoint()
    name = f"authorities/{x.a.aid.hex()}/statement-0001.tlog-proof"
    x.files[name] = x.files[name].partition(b"\n\n")[0] + b"\n\n" + later


def chain_of_another(x: Any) -> None:
    for ending in ("rcbor", "tlog-proof"):
        name = f"authorities/{x.b.aid.hex()}/statement-0001.{ending}"
        x.files[f"authorities/{x.a.aid.hex()}/statement-0001.{ending}"] = x.files[name]


def no_chain(x: Any) -> None:
    for name in [each for each in x.files if each.startswith(f"authorities/{x.b.aid.hex()}")]:
        del x.files[name]
    for name in [each for each in x.files if each.startswith("decisions/") and "/statement-" not in each]:
        if name.endswith(".rcbor") and d.parse(x.files[name]).content.aid == x.b.aid:
            del x.files[name], x.files[name.replace(".rcbor", ".tlog-proof")]


def withheld(x: Any, *, form: bool, entries: frozenset[int]) -> None:
    folder = f"letters/{x.request.hex()}"
    x.files[f"{folder}/parts.rcbor"] = parts.withhold(x.files[f"{folder}/parts.rcbor"], form=form, entries=entries)


def form_withheld(x: Any) -> None:
    withheld(x, form=False, entries=frozenset({0, 1}))
    del x.files[f"letters/{x.request.hex()}/form.bin"]


def form_said_to_be_withheld(x: Any) -> None:
    withheld(x, form=False, entries=frozenset({0, 1}))


def all_withheld(x: Any) -> None:
    withheld(x, form=False, entries=frozenset())
    for name in ("form.bin", "att/000", "att/001"):
        del x.files[f"letters/{x.request.hex()}/{name}"]


def attachment_said_to_be_withheld(x: Any) -> None:
    withheld(x, form=True, entries=frozenset({0}))


def attachment_of_none(x: Any) -> None:
    x.files[f"letters/{x.request.hex()}/att/002"] = b"a third"


def parts_of_another(x: Any) -> None:
    x.files[f"letters/{x.request.hex()}/parts.rcbor"] = x.files[f"letters/{x.reply.hex()}/parts.rcbor"]


def numbered_on(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=2, prev=x.request, ts=NOW + 7 * DAY)
    x.heads(x.a, 1, 2, 3)


def number_left_out(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=3, prev=x.reply, ts=NOW + 7 * DAY)
    x.heads(x.a, 1, 2, 3)


def wrong_predecessor(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=2, prev=x.reply, ts=NOW + 7 * DAY)
    x.heads(x.a, 1, 2, 3)


def number_used_twice(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=1, ts=NOW + 7 * DAY)
    x.heads(x.a, 1, 2, 3)


def first_with_a_predecessor(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=1, prev=x.request, ts=NOW + 7 * DAY)
    x.heads(x.a, 1, 2, 3)


def later_without_a_predecessor(x: Any) -> None:
    x.letter(x.a, x.b, n=3, seq=2, ts=NOW + 7 * DAY)
    x.heads(x.a, 1, 2, 3)


def two_histories(x: Any) -> None:
    head = x.b.head
    forged = type(head)(epoch=0, size=1, root=b"\1" * 32)
    x.evidence(x.b, x.a, x.request, e.Level.TAKEN, NOW + 3 * DAY, head=forged)
    del x.files[x.taken]


def history_going_back(x: Any) -> None:
    del x.files[x.taken]
    first = type(x.b.head)(epoch=0, size=1, root=x.first_root(x.b))
    x.evidence(x.b, x.a, x.request, e.Level.TAKEN, NOW + 9 * DAY, head=first)


def heads_of_a_stranger(x: Any) -> None:
    x.heads(x.stranger, 1)


def head_not_listed(x: Any) -> None:
    x.heads(x.a, 1, 3)


CASES: dict[str, tuple[Callable[[Any], None], Expected]] = {
    "evidence moved to another letter": (evidence_moved, (Item.DELIVERY, REFUSED)),
    "evidence by an admitted stranger": (evidence_by_stranger, (Item.DELIVERY, REFUSED)),
    "evidence by an unknown authority": (evidence_by_unknown, (Item.DELIVERY, REFUSED)),
    "evidence for a stranger": (evidence_to_stranger, (Item.DELIVERY, REFUSED)),
    "delivery said by the sender itself": (evidence_by_sender, (Item.DELIVERY, REFUSED)),
    "evidence dated after the checkpoint": (evidence_after_the_log(14 * DAY), HOLDS),
    "evidence dated long after the checkpoint": (evidence_after_the_log(14 * DAY + 1), What.AFTER_LOG),
    "evidence dated before its key": (evidence_before_its_key, (Item.DELIVERY, REFUSED)),
    "accepted and declined": (declined_too, What.CONTRADICTION),
    "stored twice": (second_stored, What.CONTRADICTION),
    "missed, by the sender's declaration": (missed_declared, HOLDS),
    "seal key revoked after the letter was dated": (revoked("a", NOW + 20 * DAY), What.KEY_REVOKED),
    "key rotated": (rotated, HOLDS),
    "key expired, letter dated before": (expired_dated, HOLDS),
    "key expired, letter dated by nobody": (expired_undated, What.KEY_UNDATED),
    "letter signed anew by the next key": (signed_by_successor, HOLDS),
    "letter dated before its key": (signed_before_its_key, (Item.ORIGIN, REFUSED)),
    "letter signed by a node key": (signed_by_node_key, (Item.ORIGIN, REFUSED)),
    "letter signed by another authority": (signed_by_another, (Item.ORIGIN, REFUSED)),
    "decisions missing": (decision_missing, (Item.DELIVERY, REFUSED)),
    "suspended before": (ruled(d.Act.SUSPEND, NOW + 10), (Item.ORIGIN, REFUSED)),
    "removed before": (ruled(d.Act.REMOVE, NOW + 10), (Item.ORIGIN, REFUSED)),
    "suspended after": (ruled(d.Act.SUSPEND, NOW + 90 * DAY), HOLDS),
    "suspended and resumed": (suspended_and_resumed, HOLDS),
    "decision for another country": (decision_of_another_country, (Item.AUTHORITY, REFUSED)),
    "decision for a role not applied for": (decision_with_another_role, (Item.AUTHORITY, REFUSED)),
    "decision about another's statement": (decision_about_unknown_statement, (Item.AUTHORITY, REFUSED)),
    "decision in another registry's name": (decision_in_another_name, (Item.AUTHORITY, REFUSED)),
    "decision of the future": (decision_of_the_future, (Item.AUTHORITY, REFUSED)),
    "decisions out of order": (decisions_out_of_order, (Item.AUTHORITY, REFUSED)),
    "decision after the registry's expiry": (registry_expired, (Item.AUTHORITY, REFUSED)),
    "decision by a revoked key, dated back": (decision_by_revoked_key, (Item.AUTHORITY, REFUSED)),
    "registry's key revoked after its decisions": (registry_key_revoked_later, HOLDS),
    "statement not in the log": (not_in_the_log, (Item.LOG, REFUSED)),
    "first statement left out": (statement_skipped, (Item.AUTHORITY, DAMAGED)),
    "proof under another checkpoint": (other_checkpoint, (Item.LOG, REFUSED)),
    "chain of another authority": (chain_of_another, (Item.AUTHORITY, REFUSED)),
    "chain of the recipient missing": (no_chain, (Item.DELIVERY, REFUSED)),
    "form withheld": (form_withheld, HOLDS),
    "form withheld and yet there": (form_said_to_be_withheld, (Item.CONTENT, What.FORM_DIFFERS)),
    "everything withheld": (all_withheld, HOLDS),
    "attachment withheld and yet there": (attachment_said_to_be_withheld, (Item.CONTENT, What.ATTACHMENT_DIFFERS)),
    "attachment that the letter has not": (attachment_of_none, (Item.CONTENT, What.ATTACHMENT_DIFFERS)),
    "parts of another letter": (parts_of_another, (Item.CONTENT, REFUSED)),
    "numbered on": (numbered_on, HOLDS),
    "number left out": (number_left_out, HOLDS),
    "wrong predecessor": (wrong_predecessor, (Item.CONTINUITY, What.BROKEN)),
    "number used twice": (number_used_twice, (Item.CONTINUITY, What.BROKEN)),
    "first letter with a predecessor": (first_with_a_predecessor, (Item.CONTINUITY, What.BROKEN)),
    "later letter without a predecessor": (later_without_a_predecessor, (Item.CONTINUITY, What.BROKEN)),
    "two histories of one authority": (two_histories, (Item.CONTINUITY, What.HEADS_FORKED)),
    "history going back": (history_going_back, What.HEADS_BACK),
    "heads of a stranger": (heads_of_a_stranger, (Item.CONTINUITY, REFUSED)),
    "quoted head not listed": (head_not_listed, (Item.CONTINUITY, REFUSED)),
}


@pytest.mark.parametrize("name", CASES)
def test_P31_case(maker: Any, name: str) -> None:
    build, expected = CASES[name]
    world = maker()
    build(world)
    compare(judged(world), expected)


def test_KEY_a_key_revoked_before_the_letter_leaves_it_disputed_never_void(maker: Any) -> None:
    for at, open_letters in ((NOW + DAY // 2, 1), (NOW + 2 * DAY, 1), (NOW + 2 * DAY + 1, 0)):
        world = maker()
        revoked("a", at)(world)
        verdict = judged(world)
        assert verdict.first_failure is None
        disputed = [each for each in verdict.about(Item.ORIGIN) if each.what is What.KEY_REVOKED]
        assert len(disputed) == open_letters, at


def test_KEY_a_revoked_key_of_a_recipient_dates_nothing(maker: Any) -> None:
    world = maker()
    revoked("b", NOW + 20 * DAY)(world)
    verdict = judged(world)
    assert verdict.first_failure is None
    assert only(verdict, What.CLAIMED_AT).args["letter"] == world.request.hex()
    assert sum(each.what is What.KEY_REVOKED for each in verdict.findings) == 4


def test_P31_what_is_withheld_is_said(maker: Any) -> None:
    world = maker()
    all_withheld(world)
    verdict = judged(world)
    assert only(verdict, What.FORM_WITHHELD).status is Status.STATED
    withheld_ones = [each.args["index"] for each in verdict.findings if each.what is What.ATTACHMENT_WITHHELD]
    assert withheld_ones == [0, 1]


def test_P31_a_name_that_no_registry_decided_on_is_not_shown(maker: Any) -> None:
    world = maker()
    world.a.renew(ts=NOW + 40 * DAY, name={"en": "Authority B"})
    world.state(world.a)
    world.chains(world.a, world.b)
    verdict = judged(world)
    compare(verdict, HOLDS)
    assert {each.args["sender"] for each in verdict.about(Item.ORIGIN)} == {"Authority A (XA)", "Authority B (XB)"}


def test_P31_a_file_of_another_kind_is_no_bundle() -> None:
    for raw in (b"", b"PK", b"%PDF-1.7 " + bytes(4096)):
        verdict = check(io.BytesIO(raw))
        assert not verdict.readable
        assert verdict.first_failure is not None
