"""What the receiving side does with its cases over the socket: look, read, take, decide, name, save."""

import asyncio
import io
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, update

from rogatory_node.api.context import Node
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.storage.tables import audit, blobs
from rogatory_protocol.ids import Digest, Id16

Ask = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[Digest]]
CONV = Id16(b"\xc0" * 16)
CASE = CONV.hex()
URGENT = b'{"kind": "request", "urgency": {"grade": "EMERGENCY"}}'


async def leaves(node: Node, event: str) -> list[tuple[bytes, bytes]]:
    """Return object and leaf of the audit leaves of one kind."""
    async with node.readers.connect() as connection:
        query = select(audit.c.obj, audit.c.leaf).where(audit.c.ev == event).order_by(audit.c.n)
        return [(row.obj, row.leaf) for row in await connection.execute(query)]


def taken_in(node: Node, content: bytes) -> Taken:
    intake = Intake(node.blobs, boot=node.own.boot, name="list.bin", mt="text/plain", size=len(content))
    intake.feed(content)
    return intake.finish()


# --- Looking --------------------------------------------------------------------------------------------------------


async def test_the_inbox_says_what_each_case_needs(ask: Ask, came: Came, world: Any) -> None:
    assert await ask("GET", "/inbox") == (200, {"cases": [], "next": None})
    await came(conv=Id16(b"\1" * 16))
    await came(URGENT, conv=CONV)
    status, answer = await ask("GET", "/inbox", params={"most": "1"})
    (first,) = answer["cases"]
    assert (status, first["case"], first["urgency"], first["needs"]) == (200, CASE, 3, ["take", "decide"])
    assert first["parties"] == [{"aid": world.xb.aid.hex(), "cc": "XB", "name": {"en": "Authority B"}, "self": False}]
    _, rest = await ask("GET", "/inbox", params={"most": "1", "after": answer["next"]})
    assert ([each["urgency"] for each in rest["cases"]], rest["next"]) == ([0], None)
    for wrong in ("x", "1.2", "9.1." + "00" * 16):
        assert (await ask("GET", "/inbox", params={"after": wrong}))[0] == 400


async def test_reading_a_letter_leaves_a_leaf_with_the_role_first(ask: Ask, came: Came, node: Node) -> None:
    digest = await came(URGENT, conv=CONV)
    assert await leaves(node, "letter.opened") == []
    status, shown = await ask("GET", "/case", params={"case": CASE}, headers={"Rogatory-As": "duty officer"})
    (each,) = shown["letters"]
    assert (status, each["letter"], each["form"]) == (
        200,
        digest.hex(),
        {"mt": "application/json", "text": URGENT.decode()},
    )
    assert (each["kind"], each["urgency"], each["outgoing"], each["missing_before"]) == ("request", 3, False, False)
    assert [fact["lvl"] for fact in each["evidence"]] == [35]
    ((obj, leaf),) = await leaves(node, "letter.opened")
    assert obj == digest
    assert b"duty officer" in leaf


async def test_one_letter_or_a_page_of_a_case_is_shown(ask: Ask, came: Came) -> None:
    digests = [(await came(conv=CONV)).hex() for _ in range(3)]
    _, one = await ask("GET", "/case", params={"case": CASE[:8], "letter": digests[1][:12]})
    assert [each["letter"] for each in one["letters"]] == [digests[1]]
    _, first = await ask("GET", "/case", params={"case": CASE, "most": "2"})
    _, second = await ask("GET", "/case", params={"case": CASE, "most": "2", "after": first["next"]})
    assert [each["letter"] for page in (first, second) for each in page["letters"]] == digests
    assert second["next"] is None
    for wrong in ({"letter": "00" * 32}, {"after": "00" * 32}):
        status, answer = await ask("GET", "/case", params={"case": CASE, **wrong})
        assert (status, answer["code"]) == (404, "letter.unknown")
    assert (await ask("GET", "/case"))[0] == 404


# --- Attachments ----------------------------------------------------------------------------------------------------


async def test_LET_26_an_attachment_is_given_out_only_when_it_is_verified(ask: Ask, came: Came, node: Node) -> None:
    content = os.urandom(1_500_000)
    taken = await asyncio.to_thread(taken_in, node, content)
    digest = (await came(conv=CONV, taken=[taken])).hex()
    target = f"/letters/{digest}/attachments/0"
    status, answer = await ask("GET", target)
    assert (status, answer["code"]) == (409, "attachment.arriving")
    _, inbox = await ask("GET", "/inbox")
    assert (inbox["cases"][0]["arriving"], inbox["cases"][0]["needs"][-1]) == (1, "attachments")
    assert await leaves(node, "attachment.opened") == []

    def complete(connection: Any, _: Any) -> list[Any]:
        return [connection.execute(update(blobs).values(verified=True, path=taken.blob)) and None]

    await node.writer.execute(complete, None)
    assert await ask("GET", target) == (200, content)
    assert [obj.hex() for obj, _ in await leaves(node, "attachment.opened")] == [digest]
    for wrong in (f"/letters/{digest}/attachments/1", f"/letters/{'00' * 32}/attachments/0"):
        assert (await ask("GET", wrong))[0] == 404


async def test_a_file_that_is_gone_is_no_empty_answer(ask: Ask, came: Came, node: Node) -> None:
    taken = await asyncio.to_thread(taken_in, node, b"abc")
    digest = (await came(conv=CONV, taken=[taken])).hex()

    def complete(connection: Any, _: Any) -> list[Any]:
        return [connection.execute(update(blobs).values(verified=True, path=taken.blob)) and None]

    await node.writer.execute(complete, None)
    (node.blobs.root / taken.blob).unlink()
    status, answer = await ask("GET", f"/letters/{digest}/attachments/0")
    assert (status, answer["code"]) == (500, "internal")


# --- Answering ------------------------------------------------------------------------------------------------------


async def test_acknowledging_takes_what_nobody_took_and_names_the_case(
    ask: Ask, came: Came, node: Node, world: Any
) -> None:
    digests = [(await came(conv=CONV)).hex() for _ in range(2)]
    status, answer = await ask("POST", "/case/acknowledge", json={"case": CASE, "reference": "XA-7/26"})
    assert (status, answer["own_ref"]) == (200, "XA-7/26")
    assert [(each["letter"], each["lvl"], each["repeated"]) for each in answer["evidence"]] == [
        (digest, 40, False) for digest in digests
    ]
    assert world.woken == [world.xb.aid]
    _, shown = await ask("GET", "/case", params={"case": "XA-7/26"})
    assert [(fact["lvl"], fact["role"]) for fact in shown["letters"][0]["evidence"]] == [(35, None), (40, "desk")]
    _, again = await ask("POST", "/case/acknowledge", json={"case": CASE})
    assert again["evidence"] == []
    assert len(await leaves(node, "letter.taken")) == 2


async def test_a_role_that_evidence_cannot_hold_is_refused(ask: Ask, came: Came) -> None:
    await came(conv=CONV)
    status, answer = await ask("POST", "/case/acknowledge", json={"case": CASE}, headers={"Rogatory-As": "x" * 33})
    assert (status, answer["code"]) == (400, "answer.malformed")


async def test_a_reference_of_another_case_or_of_two_lines_is_refused(ask: Ask, came: Came) -> None:
    await came(conv=CONV)
    await came(conv=Id16(b"\1" * 16))
    assert (await ask("POST", "/case/reference", json={"case": CASE, "reference": "A"}))[1]["own_ref"] == "A"
    refused = await ask("POST", "/case/reference", json={"case": "01" * 16, "reference": "A"})
    assert (refused[0], refused[1]["code"]) == (409, "case.reference-taken")
    refused = await ask("POST", "/case/acknowledge", json={"case": "01" * 16, "reference": "a\nb"})
    assert (refused[0], refused[1]["code"]) == (400, "case.reference-unfit")
    _, inbox = await ask("GET", "/inbox")
    assert [each["untaken"] for each in inbox["cases"]] == [1, 1]
    assert (await ask("POST", "/case/reference", json={"case": "A", "reference": None}))[1]["own_ref"] is None


async def test_accepting_answers_the_requests_and_empties_the_inbox(ask: Ask, came: Came, world: Any) -> None:
    request = (await came(conv=CONV)).hex()
    await came(b'{"kind":"supplement"}', conv=CONV)
    status, answer = await ask("POST", "/case/decide", json={"case": CASE})
    assert (status, [(each["letter"], each["lvl"]) for each in answer["evidence"]]) == (200, [(request, 50)])
    assert answer["letters"] == []
    await ask("POST", "/case/acknowledge", json={"case": CASE})
    assert (await ask("GET", "/inbox"))[1]["cases"] == []
    assert set(world.woken) == {world.xb.aid}


async def test_a_refusal_names_its_ground_and_gives_its_reasons_in_a_letter(ask: Ask, came: Came) -> None:
    request = (await came(URGENT, conv=CONV)).hex()
    asked = {"case": CASE, "ground": "DUAL_CRIMINALITY", "reason": "No such offence here.", "id": os.urandom(16).hex()}
    status, answer = await ask("POST", "/case/decide", json=asked)
    assert (status, answer["evidence"][0]["lvl"]) == (200, 51)
    _, shown = await ask("GET", "/case", params={"case": CASE, "letter": answer["letters"][0]})
    form = json.loads(shown["letters"][0]["form"]["text"])
    assert (form["kind"], form["outcome"], form["grounds"]) == ("decision", "REFUSED", ["DUAL_CRIMINALITY"])
    assert (form["reasons"], form["letters"]) == ("No such offence here.", [request])
    assert shown["letters"][0]["urgency"] == 3
    _, again = await ask("POST", "/case/decide", json=asked | {"letter": request})
    assert (again["evidence"][0]["repeated"], again["letters"]) == (True, answer["letters"])


async def test_what_cannot_be_decided_is_refused_and_changes_nothing(ask: Ask, came: Came, node: Node) -> None:
    request = (await came(conv=CONV)).hex()
    number = os.urandom(16).hex()
    for fields, status, code in (
        ({"ground": "BANK_SECRECY"}, 400, "ground.unknown"),
        ({"ground": "FORM", "reason": "\ud800", "id": number}, 422, "letter.unfit"),
        ({"reason": "x" * 1_048_576, "id": number}, 422, "letter.unfit"),
        ({"letter": "00" * 32}, 404, "letter.unknown"),
    ):
        found = await ask("POST", "/case/decide", data=io.BytesIO(json.dumps({"case": CASE, **fields}).encode()))
        assert (found[0], found[1]["code"]) == (status, code)
    assert len(await leaves(node, "evidence.issued")) == 1  # that it was stored
    await ask("POST", "/case/decide", json={"case": CASE})
    status, answer = await ask("POST", "/case/decide", json={"case": CASE})
    assert (status, answer["code"]) == (409, "decided")
    status, answer = await ask("POST", "/case/decide", json={"case": CASE, "letter": request, "ground": "FORM"})
    assert (status, answer["code"]) == (409, "answer.order")
