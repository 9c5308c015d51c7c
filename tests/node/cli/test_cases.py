"""The receiving side by commands: the inbox, a case, its files, and what is answered."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from rogatory_node.api.context import Node
from rogatory_node.cli.cases import safe_name
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.storage.tables import blobs
from rogatory_protocol.ids import Id16

Cli = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[bytes]]
CONV = Id16(b"\xc0" * 16)
CASE = CONV.hex()


async def with_files(node: Node, came: Came, *contents: bytes) -> str:
    """Let a letter with complete attachments come in; return its digits."""

    def take_in(n: int, content: bytes) -> Taken:
        intake = Intake(node.blobs, boot=node.own.boot, name=f"list {n}.csv", mt="text/csv", size=len(content))
        intake.feed(content)
        return intake.finish()

    taken = [await asyncio.to_thread(take_in, *each) for each in enumerate(contents)]
    digest = await came(b'{"kind": "request", "facts": "caf\xc3\xa9"}', conv=CONV, taken=taken)

    def complete(connection: Any, _: Any) -> list[None]:
        for n, each in enumerate(taken):
            connection.execute(update(blobs).where(blobs.c.idx == n).values(verified=True, path=each.blob))
        return [None]

    await node.writer.execute(complete, None)
    return digest.hex()


async def test_the_inbox_is_a_list_for_people_and_a_document_for_programs(cli: Cli, came: Came) -> None:
    assert await cli("inbox", text=True) == (0, "Nothing waits.\n")
    await came(b'{"kind": "request", "urgency": {"grade": "EMERGENCY"}}', conv=CONV)
    await came(conv=Id16(b"\1" * 16))
    status, found = await cli("inbox")
    assert (status, [each["case"] for each in found["cases"]]) == (0, [CASE, "01" * 16])
    _, text = await cli("inbox", text=True)
    assert f"{CASE}  urgent" in text
    assert "to be taken, to be decided" in text
    assert "XB Authority B" in text
    _, text = await cli("inbox", "--most", "1", text=True)
    mark = text.split("--after ")[1].strip()
    _, rest = await cli("inbox", "--after", mark)
    assert [each["case"] for each in rest["cases"]] == ["01" * 16]


async def test_a_case_is_shown_without_what_moves_the_cursor(cli: Cli, came: Came) -> None:
    form = {"kind": "request", "facts": "a\x1b[2Jb \u202e end"}
    await came(json.dumps(form, ensure_ascii=False).encode().replace(b"\x1b", b"\\u001b"), conv=CONV)
    status, text = await cli("show", CASE[:6], text=True)
    assert status == 0
    for part in (f"Case:   {CASE}", "Letter 1 of XB Authority B", "request, routine, language en", '"facts":'):
        assert part in text
    assert "stored with all attachments, says XA Authority A" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


async def test_forms_and_files_are_saved_whole_and_never_over_others(
    cli: Cli, served: Node, came: Came, tmp_path: Path
) -> None:
    contents = [os.urandom(1_200_000), b""]
    digest = await with_files(served, came, *contents)
    status, found = await cli("show", CASE, "--letter", digest[:8], "--save", str(tmp_path / "out"))
    folder = tmp_path / "out" / digest[:16]
    assert (status, found["saved"]) == (0, [str(folder / n) for n in ("form.json", "001-list 0.csv", "002-list 1.csv")])
    assert [(folder / f"00{n + 1}-list {n}.csv").read_bytes() for n in (0, 1)] == contents
    assert (folder / "form.json").read_bytes() == b'{"kind": "request", "facts": "caf\xc3\xa9"}'
    assert sorted(path.name for path in folder.iterdir()) == ["001-list 0.csv", "002-list 1.csv", "form.json"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    status, answer = await cli("show", CASE, "--save", str(tmp_path / "out"))
    assert (status, answer["error"]["code"]) == (1, "exists")
    (folder / "form.json").unlink()
    status, answer = await cli("show", CASE, "--save", str(tmp_path / "out"))
    assert (status, answer["error"]["code"]) == (1, "exists")
    assert (folder / "001-list 0.csv").read_bytes() == contents[0]
    assert not list(folder.glob("*.part"))


async def test_a_file_that_does_not_come_whole_is_not_kept(cli: Cli, served: Node, came: Came, tmp_path: Path) -> None:
    digest = await with_files(served, came, os.urandom(2_200_000))
    (path,) = served.blobs.root.iterdir()
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1  # within the last chunk: what comes before it streams out
    path.write_bytes(sealed)
    status, answer = await cli("show", CASE, "--save", str(tmp_path / "out"))
    assert status == 1
    assert answer["error"]["code"] in {"attachment.broken", "not-running"}
    assert [each.name for each in (tmp_path / "out" / digest[:16]).iterdir()] == ["form.json"]


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("list.csv", "001-list.csv"),
        ("CON", "001-CON"),
        (".profile", "001-profile"),
        ("..", "001-_"),
        ("annex\u202efdp.exe", "001-annex_fdp.exe"),
        ("a:b|c?.txt. ", "001-a_b_c_.txt"),
        ("\u6587\u4ef6.pdf", "001-\u6587\u4ef6.pdf"),
        ("-rf", "001--rf"),
    ],
)
def test_ATT_01_the_name_of_a_sender_is_never_a_path(name: str, saved: str) -> None:
    assert safe_name(0, name) == saved


def test_a_long_name_fits_a_file_system() -> None:
    for name in ("\u6587" * 85, "x" * 255, "x." + "y" * 253, "\u6587" * 40 + "." + "\u6587" * 40):
        assert len(f"{safe_name(254, name)}.part".encode()) <= 255


async def test_a_case_is_taken_named_and_accepted(cli: Cli, came: Came, world: Any) -> None:
    digest = (await came(conv=CONV)).hex()
    status, found = await cli("acknowledge", CASE, "--own-ref", "XA 7/26", "--as", "duty officer")
    assert (status, found["own_ref"], [each["letter"] for each in found["evidence"]]) == (0, "XA 7/26", [digest])
    _, text = await cli("acknowledge", "XA 7/26", "--as", "duty officer", text=True)
    assert text == "Everything was taken already.\n"
    _, text = await cli("decide", "XA 7/26", "--accept", text=True)
    assert text == f"{digest}: accepted\n"
    _, text = await cli("show", "XA 7/26", text=True)
    assert "taken, says XA Authority A" in text
    assert "· duty officer" in text
    assert (await cli("inbox"))[1]["cases"] == []


async def test_a_refusal_names_its_ground_and_sends_its_reasons(cli: Cli, came: Came) -> None:
    await came(conv=CONV)
    status, found = await cli("decide", CASE, "--refuse", "FORM", "--reason", "Signature missing.", "--lang", "en")
    assert (status, found["evidence"][0]["lvl"], len(found["letters"])) == (0, 51, 1)
    _, text = await cli("show", CASE, text=True)
    assert "refused by the authority, says XA Authority A" in text
    assert "· FORM" in text
    assert '"reasons": "Signature missing."' in text


async def test_wrong_words_are_refused(cli: Cli, came: Came) -> None:
    await came(conv=CONV)
    for words, status, code in (
        (("show", "ffffff"), 1, "case.unknown"),
        (("show", CASE, "--letter", "ffffff"), 1, "letter.unknown"),
        (("decide", CASE), 2, "usage"),
        (("decide", CASE, "--accept", "--refuse", "FORM"), 2, "usage"),
        (("decide", CASE, "--refuse", "BANK_SECRECY"), 1, "ground.unknown"),
        (("acknowledge", CASE), 2, "usage"),
        (("acknowledge", CASE, "--as", "x" * 33), 1, "answer.malformed"),
    ):
        found, answer = await cli(*words)
        assert (found, answer["error"]["code"]) == (status, code), words
