"""A letter is checked, its attachments stream in, it is queued once, and its evidence is waited for."""

import asyncio
import base64
import hashlib
import io
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from forms import complete, written
from offices import NOW
from sqlalchemy import Connection, func, select

from rogatory_node.api import letters as api
from rogatory_node.api.context import Node
from rogatory_node.storage.tables import letters, outbox, peers
from rogatory_protocol.audit import Head
from rogatory_protocol.evidence import Content, Level, accept
from rogatory_protocol.evidence import payload as evidence_payload
from rogatory_protocol.ids import Digest, digits_of
from rogatory_protocol.signed import Context, sign

Ask = Callable[..., Awaitable[tuple[int, Any]]]
FORM = b'{"kind": "request", "urgency": {"grade": "VOLATILE"}}'


def letter(form: bytes = FORM, **fields: object) -> dict[str, Any]:
    return {"id": os.urandom(16).hex(), "to": ["XB"], "request": base64.b64encode(form).decode(), **fields}


async def uploaded(ask: Ask, content: bytes, name: str = "list.bin", chosen: str = "ab" * 16) -> tuple[int, Any]:
    query = {"name": name, "size": str(len(content)), "mt": "text/plain"}
    return await ask("POST", f"/uploads/{chosen}", params=query, data=io.BytesIO(content))


def parts_of(node: Node) -> list[str]:
    return sorted(path.name for path in node.blobs.root.iterdir())


async def answered(node: Node, world: Any, digest: str, level: Level, **fields: Any) -> None:
    """Let XB answer, as a link would settle it."""
    head = Head(epoch=0, size=1, root=bytes(32))
    content = Content(
        lvl=level, letter=Digest(bytes.fromhex(digest)), issuer=world.xb.aid, to=world.xa.aid, ts=NOW + 100, head=head,
        **fields,
    )  # fmt: skip
    raw = sign(world.xb.seal, Context.EVIDENCE, evidence_payload(content))
    each = accept(raw, me=world.xa.aid, peer=world.xb.aid, now=NOW + 100, keys=node.trust.seal_key)
    await node.writer.execute(node.sending.settle, each)


# --- Uploads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 3, 5_000_000])
async def test_a_file_streams_in_and_is_sealed(ask: Ask, node: Node, size: int) -> None:
    content = os.urandom(size)
    status, answer = await uploaded(ask, content)
    assert (status, answer["size"], answer["sha256"]) == (201, size, hashlib.sha256(content).hexdigest())
    (name,) = parts_of(node)
    assert content[:64] not in (node.blobs.root / name).read_bytes() or size < 64


async def test_the_same_upload_again_is_the_same_upload(ask: Ask, node: Node) -> None:
    first, again = await uploaded(ask, b"abc"), await uploaded(ask, b"abc")
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert len(parts_of(node)) == 1
    status, answer = await uploaded(ask, b"other")
    assert (status, answer["code"]) == (409, "upload.taken")


@pytest.mark.parametrize(("said", "sent"), [(3, b"abcd"), (3, b"ab")])
async def test_a_file_that_changes_while_it_is_sent_is_refused(ask: Ask, node: Node, said: int, sent: bytes) -> None:
    status, answer = await ask("POST", f"/uploads/{'ab' * 16}", params={"name": "a", "size": str(said)}, data=sent)
    assert (status, answer["code"], answer["args"]["expected"]) == (409, "intake.changed", said)
    assert parts_of(node) == []
    assert (await uploaded(ask, b"abc"))[0] == 201


async def test_a_name_that_cannot_be_sent_is_refused(ask: Ask, node: Node) -> None:
    for name in ("", "a/b", "a\nb", "x" * 256):
        status, answer = await uploaded(ask, b"abc", name)
        assert (status, answer["code"]) == (400, "attachment")
    assert parts_of(node) == []


async def test_an_upload_that_breaks_off_leaves_nothing(ask: Ask, node: Node, tmp_path: Path) -> None:
    _, writer = await asyncio.open_unix_connection(str(tmp_path / "node.sock"))
    writer.write(
        f"POST /uploads/{'ab' * 16}?name=a&size=99 HTTP/1.1\r\nHost: n\r\nContent-Length: 99\r\n\r\nabc".encode()
    )
    await writer.drain()
    while not parts_of(node):
        await asyncio.to_thread(os.sched_yield)
    writer.close()
    async with asyncio.timeout(5):
        while (await uploaded(ask, b"abc"))[0] != 201:
            await asyncio.to_thread(os.sched_yield)
    assert len(parts_of(node)) == 1


async def test_a_discarded_upload_is_erased(ask: Ask, node: Node) -> None:
    await uploaded(ask, b"abc")
    for discarded in (True, False):
        assert await ask("POST", f"/uploads/{'ab' * 16}/discard") == (200, {"discarded": discarded})
    assert parts_of(node) == []


# --- Checking and sending -------------------------------------------------------------------------------------------


async def test_a_check_says_to_whom_and_how_urgent(ask: Ask, world: Any) -> None:
    status, answer = await ask("POST", "/letters/check", json=letter(life_days=7, names=["a", "b"]))
    assert status == 200
    assert answer["recipients"] == [
        {"aid": world.xb.aid.hex(), "name": {"en": "Authority B"}, "cc": "XB", "digits": digits_of(world.xb.aid)}
    ]
    assert (answer["kind"], answer["grade"], answer["urgency"], answer["life_days"]) == ("request", "VOLATILE", 3, 7)
    assert (answer["lang"], answer["case"], answer["mistakes"]) == ("en", None, [])


async def test_a_check_asks_whether_a_treaty_carries_between_the_two(ask: Ask, world: Any) -> None:
    basis = {"legal_basis": [{"instrument": "BC", "articles": ["29"]}]}
    form = written(complete() | basis)
    found = {}
    for to in (world.xb.aid.hex(), world.xc.aid.hex()):
        _, answer = await ask("POST", "/letters/check", json=letter(form, to=[to]))
        found[to] = [(each["code"], each["level"]) for each in answer["findings"]]
    assert found[world.xb.aid.hex()] == []
    assert ("basis.not-in-force", "risk") in found[world.xc.aid.hex()]


async def test_a_check_says_what_a_request_lacks_and_stops_nothing(ask: Ask) -> None:
    whole = letter(written(complete()))
    _, answer = await ask("POST", "/letters/check", json=whole)
    assert answer["findings"] == []
    _, answer = await ask("POST", "/letters/check", json=letter())
    assert {each["level"] for each in answer["findings"]} >= {"missing"}
    assert answer["findings"][0].keys() == {"code", "level", "path", "text", "args", "titles", "article"}
    _, answer = await ask("POST", "/letters/check", json=letter(b'{"kind": "status"}'))
    assert answer["findings"] == []
    assert (await ask("POST", "/letters", json=letter()))[0] == 201


async def test_a_recipient_is_named_by_the_digits_that_people_compare(ask: Ask, world: Any) -> None:
    status, answer = await ask("POST", "/letters/check", json=letter() | {"to": [digits_of(world.xb.aid)]})
    assert (status, [each["aid"] for each in answer["recipients"]]) == (200, [world.xb.aid.hex()])


async def test_a_check_says_everything_that_is_wrong(ask: Ask, node: Node) -> None:
    wrong = letter(b'{"kind":"x","a":1,"a":2}', to=[node.own.aid.hex()], names=["a", "A"], lang="?")
    wrong["to"] = []
    status, answer = await ask("POST", "/letters/check", json=wrong)
    assert status == 200
    found = " / ".join(each["what"].format(**each["args"]) for each in answer["mistakes"])
    for part in ("“a” stands twice", "“x” is not known", "1 to 32 recipients", "language tag", "the name “A”"):
        assert part in found


async def test_a_letter_is_queued_with_its_attachments_and_wakes_its_links(ask: Ask, node: Node, world: Any) -> None:
    _, upload = await uploaded(ask, b"abc")
    asked = letter(uploads=[upload["upload"]], to=["XB", world.xc.aid.hex()])
    status, answer = await ask("POST", "/letters", json=asked)
    assert (status, answer["repeated"]) == (201, False)
    assert sorted(world.woken) == sorted([world.xb.aid, world.xc.aid])
    _, shown = await ask("GET", "/case", params={"case": answer["case"]})
    (each,) = shown["letters"]
    assert (each["letter"], each["form"]["text"], each["attachments"][0]["name"]) == (
        answer["letter"],
        FORM.decode(),
        "list.bin",
    )
    assert await ask("GET", f"/letters/{answer['letter']}/attachments/0") == (200, b"abc")


async def test_the_same_letter_again_is_the_letter_that_was_queued(ask: Ask, node: Node) -> None:
    _, upload = await uploaded(ask, b"abc")
    asked = letter(uploads=[upload["upload"]])
    (first, one), (second, again) = [await ask("POST", "/letters", json=asked) for _ in range(2)]
    assert (first, second) == (201, 200)
    assert again == one | {"repeated": True}
    async with node.readers.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(letters))).scalar_one() == 1


async def test_a_letter_in_a_case_goes_to_its_other_parties(ask: Ask, world: Any) -> None:
    _, first = await ask("POST", "/letters", json=letter(to=["XB", world.xc.aid.hex()]))
    status, reply = await ask("POST", "/letters", json=letter(b'{"kind":"reminder"}', to=[], case=first["case"]))
    assert (status, reply["case"]) == (201, first["case"])
    _, shown = await ask("GET", "/case", params={"case": first["case"]})
    assert [each["seq"] for each in shown["letters"]] == [1, 2]
    assert {who["cc"] for who in shown["letters"][1]["to"]} == {"XB", "XC"}


async def test_uploads_of_a_letter_that_cannot_be_sent_may_be_used_again(ask: Ask) -> None:
    _, upload = await uploaded(ask, b"abc")
    status, answer = await ask("POST", "/letters", json=letter(b'{"kind":"x"}', uploads=[upload["upload"]]))
    assert (status, answer["code"]) == (422, "letter.unfit")
    assert "“x” is not known" in answer["args"]["reasons"]
    assert (await ask("POST", "/letters", json=letter(uploads=[upload["upload"]])))[0] == 201
    status, answer = await ask("POST", "/letters", json=letter(uploads=[upload["upload"]]))
    assert (status, answer["code"]) == (409, "upload.unknown")


async def test_DLV_06_a_letter_that_would_get_a_number_twice_is_held(ask: Ask, node: Node) -> None:
    _, first = await ask("POST", "/letters", json=letter())
    async with node.readers.connect() as connection:
        aid = (await connection.execute(select(outbox.c.aid))).scalar_one()
        stored_at = (await connection.execute(select(letters.c.stored_at))).scalar_one()

    def lose(connection: Connection, commands: list[int]) -> list[None]:
        connection.execute(peers.insert(), [{"aid": aid, "unsynced": each} for each in commands])
        return [None for _ in commands]

    await node.writer.execute(lose, stored_at)
    _, upload = await uploaded(ask, b"abc")
    asked = {"to": [], "case": first["case"], "uploads": [upload["upload"]]}
    status, answer = await ask("POST", "/letters", json=letter(b'{"kind":"reminder"}', **asked))
    assert (status, answer["code"]) == (409, "letter.held")
    urgent = letter(b'{"kind":"reminder","urgency":{"grade":"EMERGENCY"}}', **asked)
    assert (await ask("POST", "/letters", json=urgent))[0] == 201


async def test_what_cannot_be_understood_is_refused(ask: Ask) -> None:
    refused: list[tuple[dict[str, object], int]] = [
        ({"id": "short"}, 400),
        ({"request": "%"}, 400),
        ({"life_days": 91}, 400),
        ({"to": ["XC"]}, 409),
        ({"to": ["XD"]}, 409),
        ({"to": ["XZ"]}, 404),
        ({"case": "ffffff"}, 404),
    ]
    for fields, status in refused:
        assert (await ask("POST", "/letters", json=letter(**fields)))[0] == status, fields


# --- Waiting --------------------------------------------------------------------------------------------------------


async def test_a_wait_ends_when_the_evidence_comes(ask: Ask, node: Node, world: Any) -> None:
    _, sent = await ask("POST", "/letters", json=letter())
    target = f"/letters/{sent['letter']}/wait"
    assert (await ask("GET", target, params={"level": "30"}))[1]["outcome"] == "waiting"
    waiting = asyncio.create_task(ask("GET", target, params={"level": "40", "seconds": "20"}))  # type: ignore[arg-type]
    await answered(node, world, sent["letter"], Level.COMPLETE)
    await answered(node, world, sent["letter"], Level.TAKEN, role="duty")
    async with asyncio.timeout(10):
        _, answer = await waiting
    assert answer["outcome"] == "reached"
    assert answer["recipients"] == [
        {"aid": world.xb.aid.hex(), "state": "complete", "levels": [35, 40], "outcome": "reached"}
    ]


async def test_a_wait_ends_with_a_refusal(ask: Ask, node: Node, world: Any) -> None:
    _, sent = await ask("POST", "/letters", json=letter())
    await answered(node, world, sent["letter"], Level.COMPLETE)
    await answered(node, world, sent["letter"], Level.DECLINED, code="FORM")
    target = f"/letters/{sent['letter']}/wait"
    assert (await ask("GET", target, params={"level": "50", "seconds": "20"}))[1]["outcome"] == "refused"
    assert (await ask("GET", target, params={"level": "35", "seconds": "20"}))[1]["outcome"] == "reached"


async def test_a_wait_is_not_for_ever(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MAX_WAIT_SECONDS", 0.05)
    _, sent = await ask("POST", "/letters", json=letter())
    target = f"/letters/{sent['letter']}/wait"
    assert (await ask("GET", target, params={"level": "30", "seconds": "20"}))[1]["outcome"] == "waiting"
    assert (await ask("GET", target, params={"level": "33"}))[0] == 400
    assert (await ask("GET", f"/letters/{'00' * 32}/wait", params={"level": "30"}))[0] == 404
