"""Export and verify as people call them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tsa
from aiohttp import web
from bundles import Exchange
from cryptography.hazmat.primitives.serialization import Encoding

from rogatory_keys.bundle import check
from rogatory_keys.bundle_verdict import Finding, Item, Status, What
from rogatory_node.cli.main import run
from rogatory_node.cli.proof import text_of
from rogatory_node.cli.proof_texts import TEXTS
from rogatory_node.documents.record import code_of
from rogatory_protocol.ids import digits_of
from rogatory_protocol.tiles import encode_bundle, entry_bundles


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def bundle(exchange: Exchange, tmp_path: Path) -> Path:
    path = tmp_path / "proof.zip"
    path.write_bytes(exchange.zip().getvalue())
    return path


@pytest.fixture
def digits(exchange: Exchange) -> str:
    return digits_of(exchange.registry.aid)


def log_of(exchange: Exchange, folder: Path) -> Path:
    """Write a log as a registry serves it."""
    folder.mkdir()
    (folder / "checkpoint").write_bytes(exchange.checkpoint())
    leaves = exchange.log_leaves
    for tile in entry_bundles(0, len(leaves)):
        path = folder / tile.path
        path.parent.mkdir(parents=True)
        path.write_bytes(encode_bundle(leaves[tile.index * 256 : tile.index * 256 + tile.width]))
    return folder


def test_P31_a_bundle_that_holds_ends_with_0_in_the_order_of_the_specification(
    bundle: Path, digits: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(bundle), "--registry", digits]) == 0
    said = capsys.readouterr().out
    marks = ["Origin:", "Recipient:", "Time:", "Delivery:", "Taken by a person:", "Decision:", "Continuity:"]
    places = [said.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "duty officer of Authority B (XB) on 2027-01-18 08:00:00 UTC" in said
    assert said.splitlines()[-1].startswith("EVERYTHING HOLDS")
    assert not [line for line in said.splitlines() if line.strip().startswith(("?", "✗"))]


def test_the_code_of_a_printed_document_is_compared_with_the_proof(
    bundle: Path, digits: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["verify", str(bundle), "--registry", digits, "--json"]
    assert run(words) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    held = sorted({each["args"]["letter"] for each in findings if "letter" in each["args"]})
    for code, status, same in ((code_of(held[:1]), 0, True), (code_of(["0" * 64]), 1, False)):
        assert run([*words, "--code", code]) == status
        assert json.loads(capsys.readouterr().out)["code"] is same
    assert run([*words, "--code", "urn:other"]) == 2


def test_a_time_stamp_is_checked_up_to_the_authorities_that_are_named(
    exchange: Exchange, tmp_path: Path, digits: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stamped = {f"letters/{exchange.request.hex()}/timestamps/000.tsr": tsa.token(exchange.request, ts=tsa.NOW + 90_000)}
    bundle, mine, others = tmp_path / "proof.zip", tmp_path / "mine.pem", tmp_path / "others.pem"
    bundle.write_bytes(exchange.zip({**exchange.files, **stamped}).getvalue())
    mine.write_bytes(tsa.root().public_bytes(Encoding.PEM))
    others.write_bytes(tsa.root("other").public_bytes(Encoding.PEM))
    words = ["verify", str(bundle), "--registry", digits]
    assert run(words) == 0
    assert "signature consistent, authority (CN=stamps) not checked" in capsys.readouterr().out
    assert run([*words, "--tsa-roots", str(mine)]) == 0
    assert "says CN=stamps, which you trust" in capsys.readouterr().out
    assert run([*words, "--tsa-roots", str(others)]) == 1
    assert "none of the authorities that you named" in capsys.readouterr().out
    for bad in (bundle, tmp_path / "nothing"):
        assert run([*words, "--tsa-roots", str(bad)]) == 2


def test_the_id_of_the_registry_will_do_and_the_whole_log_is_replayed(
    exchange: Exchange, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(exchange, tmp_path / "log")
    words = ["verify", str(bundle), "--registry", exchange.registry.aid.hex(), "--log", str(log), "--json"]
    assert run(words) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["verdict"], value["failure"]) == ("holds", None)
    assert "log_replayed" in {each["what"] for each in value["findings"]}


def test_P31_without_digits_the_root_is_unknown_and_it_ends_with_1(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(bundle), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "consistent"
    assert run(["verify", str(bundle)]) == 1
    assert "CONSISTENT, ROOT UNKNOWN" in capsys.readouterr().out


def test_P31_the_first_failure_is_named_with_its_file(
    exchange: Exchange, bundle: Path, digits: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"letters/{exchange.request.hex()}/att/000"
    raw = bytearray(bundle.read_bytes())
    raw[raw.index(b"first exhibit")] ^= 1
    bundle.write_bytes(raw)
    assert run(["verify", str(bundle), "--registry", digits, "--json"]) == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["verdict"], value["failure"]["file"]) == ("fails", name)
    assert run(["verify", str(bundle), "--registry", digits]) == 1
    assert f"FAILS at {name}:" in capsys.readouterr().out


def test_a_bundle_under_another_registry_ends_with_1(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(bundle), "--registry", "00000 " * 6]) == 1
    assert "another registry" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "cut", "digits", "log"])
def test_wrong_usage_and_what_is_no_bundle_end_with_2(
    kind: str, bundle: Path, digits: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["verify", str(bundle), "--registry", digits]
    if kind == "missing":
        bundle.unlink()
    elif kind == "folder":
        words[1] = str(tmp_path)
    elif kind == "text":
        bundle.write_text("no bundle at all")
    elif kind == "cut":
        bundle.write_bytes(bundle.read_bytes()[:-1])
    elif kind == "digits":
        words[3] = "12345"
    else:
        words += ["--log", str(tmp_path / "nothing")]
    assert run([*words, "--json"]) == 2
    json.loads(capsys.readouterr().out)


def test_every_text_can_be_said_of_what_it_is_found_with(exchange: Exchange) -> None:
    files = {name: raw for name, raw in exchange.files.items() if not name.startswith("audit/")}
    for findings in (check(exchange.zip()).findings, check(exchange.zip(files)).findings):
        for finding in findings:
            assert text_of(finding)
    odd = Finding(item=Item.TIME, status=Status.STATED, what=What.CLAIMED_AT, args={"ts": 2**64 - 1})
    assert str(2**64 - 1) in text_of(odd)
    assert len(TEXTS) == len(What)


def test_a_signers_words_cannot_draw_lines_of_a_verdict() -> None:
    role = "officer\n  ✓ Decision: accepted\x1b[2J\u202e"
    args = {"role": role, "issuer": "A\u200dB", "ts": 0}
    said = text_of(Finding(item=Item.TAKEN, status=Status.HOLDS, what=What.TAKEN, file="a\nb", args=args))
    assert said.isprintable() or said.replace("\u200d", "").isprintable()
    assert "\n" not in said
    assert "A\u200dB" in said
    lost = Finding(item=Item.CONTAINER, status=Status.FAILS, what=What.DAMAGED, file="a\x1b[2J", args={"fault": "form"})
    assert "\x1b" not in text_of(lost)


# Export, against a node that answers as the API does


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[list[Any]]:
    """A socket in a home; yields what was asked of it."""
    heard: list[Any] = []
    (tmp_path / "home" / "run").mkdir(parents=True)
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def export(request: web.Request) -> web.Response:
        heard.append((request.headers.get("Rogatory-As"), await request.json()))
        return web.json_response(
            {"bundle": "/x/proof.zip", "bytes": 9, "letters": ["ab"], "registries": [{"aid": "cd", "digits": "1 2 3"}]}
        )

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/case/export", export)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.UnixSite(runner, str(tmp_path / "home" / "run" / "node.sock")).start()
        ready.set()
        await stopped.wait()
        await runner.cleanup()

    stopped = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield heard
    loop.call_soon_threadsafe(stopped.set)
    thread.join(10)
    loop.close()


def test_export_asks_the_node_for_a_file_by_its_whole_path(
    asked: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["export", "ref-1", "--home", "home", "--out", "proof.zip", "--letter", "abcdef", "--as", "desk"]
    assert run([*words, "--withhold", "form", "--withhold", "att:1"]) == 0
    assert "1 2 3" in capsys.readouterr().out
    assert asked == [
        (
            "desk",
            {
                "case": "ref-1",
                "out": str(tmp_path / "proof.zip"),
                "letters": ["abcdef"],
                "withhold": ["form", "att:1"],
                "force": False,
            },
        )
    ]


def test_export_without_a_running_node_names_serve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "node.toml").touch()
    assert run(["export", "ref-1", "--home", str(tmp_path), "--out", str(tmp_path / "x.zip")]) == 1
    assert "rogatory serve" in capsys.readouterr().err
