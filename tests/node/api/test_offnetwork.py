"""Partners that are not on the network, over the socket."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from rogatory_node.api.context import Node
from rogatory_node.casebook.following import Following
from rogatory_node.casework.caselist import COLUMNS, write
from rogatory_node.services.uploads import sweep

Ask = Callable[..., Awaitable[tuple[int, Any]]]
ROW = {
    "own_reference": "XA-7", "partner_state": "XD", "partner_name": "Ministry", "direction": "out",
    "type": "data.preserve", "sent_on": "2020-01-02", "channel": "post", "acknowledged_on": "2020-01-09",
}  # fmt: skip


async def test_a_letter_is_entered_with_its_scan_and_shown_unproved(ask: Ask, node: Node) -> None:
    upload = os.urandom(16).hex()
    assert (await ask("POST", f"/uploads/{upload}?name=scan.pdf&size=4", data=b"%PDF"))[0] == 201
    body = {
        "partner": "XD", "name": "Ministry", "channel": "post", "at": 1_600_000_000, "scan": upload,
        "form": {"kind": "request", "type": "data.preserve"},
    }  # fmt: skip
    status, told = await ask("POST", "/recorded", json=body)
    assert (status, told["unproved"]) == (201, True)
    case = told["case"]
    _, told = await ask("GET", f"/recorded?case={case}")
    (letter,) = told["letters"]
    assert (letter["scan"]["name"], letter["partner"]["cc"], letter["outgoing"]) == ("scan.pdf", "XD", False)
    assert await ask("GET", f"/recorded/{letter['letter']}/scan?case={case}") == (200, b"%PDF")
    assert (await ask("GET", f"/recorded/{'0' * 64}/scan?case={case}"))[0] == 404
    async with node.readers.connect() as connection:
        assert await connection.run_sync(sweep, node.blobs) == []  # a start does not remove it


async def test_a_letter_that_does_not_fit_gives_its_scan_back(ask: Ask) -> None:
    upload = os.urandom(16).hex()
    await ask("POST", f"/uploads/{upload}?name=scan.pdf&size=4", data=b"%PDF")
    body = {"partner": "XD", "name": "M", "channel": "pigeon", "at": 5, "form": {"kind": "request"}, "scan": upload}
    status, told = await ask("POST", "/recorded", json=body)
    assert (status, told["code"], told["args"]["field"]) == (422, "offnetwork.unfit", "channel")
    assert (await ask("POST", "/recorded", json=body | {"channel": "post"}))[0] == 201
    assert (await ask("POST", "/recorded", json=body | {"channel": "post"}))[0] == 409


async def test_a_table_is_taken_in_whole_or_not_at_all(ask: Ask, world: Any) -> None:
    bad = write([ROW, ROW | {"own_reference": "XA-8", "type": "poem"}])
    _, told = await ask("POST", "/recorded/list", json={"table": bad})
    assert [each["line"] for each in told["bad"]] == [3]
    assert (await ask("GET", "/partners"))[1]["partners"] == []
    good = write([ROW, ROW | {"own_reference": "XA-8", "direction": "in"}], COLUMNS)
    _, told = await ask("POST", "/recorded/list", json={"table": good, "check": True})
    assert (told["cases"], told["rows"]) == ([], 2)
    status, told = await ask("POST", "/recorded/list", json={"table": good})
    assert (status, len(told["cases"])) == (201, 2)
    _, told = await ask("GET", "/partners")
    (partner,) = told["partners"]
    status, told = await ask("POST", "/partners/join", json={"partner": partner["id"], "to": "XB"})
    assert (status, told["cases"], told["authority"]["cc"]) == (200, 2, "XB")
    status, told = await ask("POST", "/partners/join", json={"partner": partner["id"], "to": world.xc.aid.hex()})
    assert (status, told["code"]) == (404, "offnetwork.partner")


async def test_lists_of_the_book_name_the_partner_and_say_unproved(ask: Ask, node: Node) -> None:
    await ask("POST", "/recorded/list", json={"table": write([ROW], COLUMNS)})
    following = Following(me=node.own.aid, sealer=node.own.sealer, writer=node.writer, readers=node.readers)
    while (await following.step()).entries:
        pass
    _, told = await ask("GET", "/book/cases")
    (line,) = told["cases"]
    assert (line["unproved"], line["counterpart"]["cc"], line["own_ref"]) == (True, "XD", "XA-7")
    _, told = await ask("GET", "/book/case?case=XA-7")
    assert told["requests"][0]["to"]["name"] == {"en": "Ministry"}
    assert told["line"]["unproved"] is True


async def test_evidence_that_came_by_post_is_in_the_chain_unproved(ask: Ask) -> None:
    letter = {"partner": "XD", "name": "Ministry", "channel": "courier", "at": 1_600_000_000}
    form = {"kind": "evidence.handover", "language": "ru", "items": [{"description": "Disk", "seal": "B-77"}]}
    _, told = await ask("POST", "/recorded", json=letter | {"form": form})
    _, seen = await ask("GET", f"/case/custody?case={told['case']}")
    (item,), (link,) = seen["items"], seen["chain"]
    assert (item["name"], link["action"], link["proved"], link["by"]["cc"]) == ("Disk", "handed-over", False, "XD")
    body = {"case": told["case"], "item": item["item"], "action": "kept", "words": {"place": "Room 4"}}
    assert (await ask("POST", "/case/custody", json=body))[0] == 200
    _, seen = await ask("GET", f"/case/translations?case={told['case']}")
    assert seen["letters"][0]["language"] == "ru"
