"""Sending is checked, confirmed, uploaded, queued once, and waited for."""

import asyncio
import hashlib
import json
import os
import pty
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from forms import complete, urgent, written
from sqlalchemy import func, select

from rogatory_node.api.context import Node
from rogatory_node.cli import sending
from rogatory_node.services import awaiting
from rogatory_node.storage.tables import letters, outbox
from rogatory_protocol.ids import digits_of

Cli = Callable[..., Awaitable[tuple[int, Any]]]
Command = Callable[..., Awaitable[asyncio.subprocess.Process]]
URGENT = written(urgent())


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.json"
    path.write_bytes(URGENT)
    return path


async def queued(node: Node) -> int:
    async with node.readers.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(letters))).scalar_one())


def blobs_of(node: Node) -> list[Path]:
    return list(node.blobs.root.iterdir())


async def test_a_request_goes_with_its_attachments(cli: Cli, served: Node, world: Any, request_file: Path) -> None:
    content = os.urandom(2_500_000)
    attached = request_file.with_name("phone list.csv")
    attached.write_bytes(content)
    empty = request_file.with_name("empty")
    empty.touch()
    files = ("--attach", str(attached), "--attach", str(empty))
    words = ("send", "--to", "XB", "--to", world.xc.aid.hex()[:16], "--file", str(request_file), *files, "--yes")
    status, sent = await cli(*words)
    assert status == 0
    assert [each["cc"] for each in sent["recipients"]] == ["XB", "XC"]
    assert sent["attachments"] == [
        {"name": "phone list.csv", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        {"name": "empty", "size": 0, "sha256": hashlib.sha256(b"").hexdigest()},
    ]
    assert (sent["wait"], sent["repeated"]) == (None, False)
    status, shown = await cli("show", sent["case"])
    assert [each["mt"] for each in shown["letters"][0]["attachments"]] == ["text/csv", "application/octet-stream"]
    assert shown["letters"][0]["form"]["text"].encode() == URGENT
    assert sorted(world.woken) == sorted((world.xb.aid, world.xc.aid))


async def test_a_reply_goes_to_the_other_parties_of_the_case(
    cli: Cli, request_file: Path, came: Any, world: Any
) -> None:
    digest = await came(conv=b"\xc0" * 16)
    request_file.write_bytes(b'{"kind": "status"}')
    status, sent = await cli("reply", "c0c0c0c0", "--file", str(request_file), "--yes")
    assert (status, sent["case"], [each["cc"] for each in sent["recipients"]]) == (0, "c0" * 16, ["XB"])
    _, shown = await cli("show", "c0c0c0c0")
    assert [each["letter"] for each in shown["letters"]] == [digest.hex(), sent["letter"]]
    status, sent = await cli("reply", "c0c0c0c0", "--to", world.xc.aid.hex(), "--file", str(request_file), "--yes")
    assert [each["cc"] for each in sent["recipients"]] == ["XC"]


async def test_all_that_is_wrong_is_said_and_nothing_is_sent(cli: Cli, served: Node, request_file: Path) -> None:
    request_file.write_bytes(b'{"kind": "x", "a": 1, "a": 2}')
    other = request_file.with_name("other") / "REQUEST.json"
    other.parent.mkdir()
    other.touch()
    attach = ("--attach", str(request_file), "--attach", str(other))
    status, answer = await cli("send", "--to", "XB", "--file", str(request_file), *attach, "--yes")
    assert (status, answer["error"]["code"]) == (2, "letter.unfit")
    for part in ("“a” stands twice", "“x” is not known", "“REQUEST.json”"):
        assert part in answer["error"]["what"]
    assert (await queued(served), blobs_of(served)) == (0, [])


async def test_a_request_that_lacks_something_is_not_sent_whatever_is_said(
    cli: Cli, served: Node, request_file: Path
) -> None:
    lacking = urgent()
    del lacking["facts_summary"], lacking["custodian"]
    request_file.write_bytes(written(lacking))
    for more in ((), ("--anyway",)):
        status, answer = await cli("send", "--to", "XB", "--file", str(request_file), "--yes", *more)
        assert (status, answer["error"]["code"]) == (1, "request.unfit")
        for part in (
            "Summary of the facts /facts_summary",
            "missing: “Summary of the facts” is missing",
            "(BC 29(2)(d))",
        ):
            assert part in answer["error"]["what"]
    assert await queued(served) == 0


async def test_what_is_only_a_risk_is_sent_when_somebody_says_so(cli: Cli, served: Node, request_file: Path) -> None:
    risky = complete(duration_asked_days=400)
    request_file.write_bytes(written(risky))
    words = ("send", "--to", "XB", "--file", str(request_file), "--yes")
    status, answer = await cli(*words)
    assert (status, answer["error"]["code"]) == (1, "request.risky")
    assert "at most 90 days" in answer["error"]["what"]
    assert await queued(served) == 0
    status, answer = await cli(*words, "--anyway")
    assert (status, [each["code"] for each in answer["findings"]]) == (0, ["duration.long"])


async def test_a_reply_that_lacks_something_is_not_sent(cli: Cli, served: Node, request_file: Path, came: Any) -> None:
    await came(conv=b"\xc0" * 16)
    request_file.write_bytes(b'{"kind": "info.request"}')
    status, answer = await cli("reply", "c0c0c0c0", "--file", str(request_file), "--yes")
    assert (status, answer["error"]["code"]) == (1, "request.unfit")
    assert "“Questions” is missing" in answer["error"]["what"]


@pytest.mark.parametrize("fields", [{"type": "data.telepathy"}, {"type_version": 9}])
async def test_a_type_that_is_not_known_says_so_and_is_a_risk(
    cli: Cli, request_file: Path, fields: dict[str, Any]
) -> None:
    request_file.write_bytes(written(complete(**fields)))
    words = ("send", "--to", "XB", "--file", str(request_file), "--yes")
    status, answer = await cli(*words)
    assert (status, answer["error"]["code"]) == (1, "request.risky")
    assert "does not know the type" in answer["error"]["what"]
    assert (await cli(*words, "--anyway"))[0] == 0


async def test_a_treaty_that_is_not_in_force_there_is_said_and_people_may_know_better(
    cli: Cli, request_file: Path, world: Any
) -> None:
    request_file.write_bytes(written(complete(legal_basis=[{"instrument": "BC", "articles": ["29"]}])))
    assert (await cli("send", "--to", "XB", "--file", str(request_file), "--yes"))[0] == 0
    words = ("send", "--to", world.xc.aid.hex(), "--file", str(request_file), "--yes")
    status, answer = await cli(*words)
    assert (status, answer["error"]["code"]) == (1, "request.risky")
    assert "BC is not in force between XA and XC" in answer["error"]["what"]
    assert (await cli(*words, "--anyway"))[0] == 0


async def test_a_file_that_the_form_names_must_go_with_it(cli: Cli, request_file: Path) -> None:
    order = request_file.with_name("order.pdf")
    order.write_bytes(b"%PDF-1.4")
    listed = [{"name": "order.pdf", "role": "order", "certified": True}]
    request_file.write_bytes(written(complete(attachments=listed)))
    words = ("send", "--to", "XB", "--file", str(request_file), "--yes")
    status, answer = await cli(*words)
    assert (status, answer["error"]["code"]) == (1, "request.unfit")
    assert (await cli(*words, "--attach", str(order)))[0] == 0


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["--to", "XZ"], 1, "recipient.unknown"),
        (["--to", "XC"], 1, "recipient.ambiguous"),
        (["--to", "XD"], 1, "recipient.not-admitted"),
        (["--to", "XB", "--life", "91"], 2, "usage"),
        (["--to", "XB", "--case", "ffffff"], 1, "case.unknown"),
        (["--to", "XB", "--attach", "/nonexistent/file"], 2, "unreadable"),
        (["--to", "XB", "--attach", "/tmp"], 2, "unreadable"),
        (["--to", "XB", "--wait", "33"], 2, "level"),
        ([], 2, "usage"),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    cli: Cli, served: Node, request_file: Path, words: list[str], status: int, code: str
) -> None:
    found, answer = await cli("send", *words, "--file", str(request_file), "--yes")
    assert (found, answer["error"]["code"]) == (status, code)
    assert await queued(served) == 0


async def test_without_a_person_nothing_is_sent_unless_it_is_said(cli: Cli, served: Node, request_file: Path) -> None:
    status, answer = await cli("send", "--to", "XB", "--file", str(request_file))
    assert (status, answer["error"]["code"]) == (2, "unconfirmed")
    assert await queued(served) == 0


async def test_a_file_that_changes_while_it_is_sent_is_refused(
    cli: Cli, served: Node, request_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attached = request_file.with_name("log")
    attached.write_bytes(b"abc")
    chosen = sending.files_of

    def later(attach: Any) -> Any:
        files = chosen(attach)
        attached.write_bytes(b"xyz")
        os.utime(attached, ns=(0, 0))
        return files

    monkeypatch.setattr(sending, "files_of", later)
    status, answer = await cli("send", "--to", "XB", "--file", str(request_file), "--attach", str(attached), "--yes")
    assert (status, answer["error"]["code"]) == (1, "attachment.changed")
    assert (await queued(served), blobs_of(served)) == (0, [])


async def test_a_lost_answer_makes_no_second_letter(
    cli: Cli, served: Node, request_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = sending.Client.post
    lost: list[str] = []

    def losing(self: Any, path: str, **options: Any) -> Any:
        answer = post(self, path, **options)
        if path == "/letters" and not lost:
            lost.append(path)
            raise self.silent("it broke off")
        return answer

    monkeypatch.setattr(sending.Client, "post", losing)
    status, sent = await cli("send", "--to", "XB", "--file", str(request_file), "--yes")
    assert (status, sent["repeated"], lost) == (0, True, ["/letters"])
    assert await queued(served) == 1


async def test_a_refusal_ends_the_wait_with_1(cli: Cli, served: Node, request_file: Path, world: Any) -> None:
    def refuse(connection: Any, _: Any) -> list[None]:
        connection.execute(outbox.update().values(state="rejected"))
        return [None]

    sent = asyncio.create_task(cli("send", "--to", "XB", "--file", str(request_file), "--yes", "--wait", "30"))  # type: ignore[arg-type]
    while not world.woken:
        await asyncio.to_thread(os.sched_yield)
    await served.writer.execute(refuse, None)
    async with asyncio.timeout(10):
        status, answer = await sent
    assert (status, answer["wait"]["outcome"], answer["wait"]["recipients"][0]["state"]) == (1, "refused", "rejected")


async def test_who_stops_waiting_gets_the_letter_all_the_same(
    command: Command, served: Node, request_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, standing, loop = asyncio.Event(), awaiting.standing, asyncio.get_running_loop()

    def seen(connection: Any, digest: Any) -> Any:
        loop.call_soon_threadsafe(asked.set)
        return standing(connection, digest)

    monkeypatch.setattr(awaiting, "standing", seen)
    words = ("send", "--to", "XB", "--file", str(request_file), "--yes", "--wait", "40", "--json")
    process = await command(*words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(20):
        await asked.wait()
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    answer = json.loads(out)
    assert (process.returncode, answer["wait"]["outcome"]) == (1, "waiting")
    assert b"delivered all the same" in err
    assert await queued(served) == 1


async def test_a_person_sees_the_check_page_before_anything_leaves(
    command: Command, served: Node, request_file: Path, world: Any
) -> None:
    request_file.write_bytes(written(urgent(duration_asked_days=400)))
    for answer, count in ((b"n\n", 0), (b"y\n", 1)):
        ours, theirs = pty.openpty()
        attach = ("--attach", str(request_file))
        process = await command(
            "send", "--to", "XB", "--file", str(request_file), *attach, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        page = b""
        async with asyncio.timeout(20):
            while b"Send it?" not in page:
                page += await asyncio.to_thread(os.read, ours, 4_096)
            assert await queued(served) == 0
            os.write(ours, answer)
            assert await process.wait() == 1 - count
        os.close(ours)
        for part in (
            "XB Authority B",
            digits_of(world.xb.aid),
            "urgent (VOLATILE)",
            "request.json, ",
            "at most 90 days",
        ):
            assert part.encode() in page
        assert await queued(served) == count
