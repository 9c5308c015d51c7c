"""Letters as documents tell of them, and the code that leads from paper to a proof."""

from typing import Any

import pytest

from rogatory_node.documents.record import MOST_NAMED, Party, Record, code_of, names_all

XA: dict[str, Any] = {"aid": "a1" * 32, "cc": "XA", "name": {"es": "Fiscalía"}, "self": True}
XB: dict[str, Any] = {"aid": "b2" * 32, "cc": None, "name": {}, "self": False}


def told(**more: Any) -> dict[str, Any]:
    return {
        "letter": "5f" * 32,
        "kind": "request",
        "outgoing": True,
        "from": XA,
        "to": [XB],
        "written": 1_926_000_000,
        "stored": 1_926_000_001,
        "form": {"mt": "application/json", "text": '{"kind": "request"}'},
        "attachments": [
            {
                "index": 0,
                "name": "orden.pdf",
                "mt": "application/pdf",
                "size": 7,
                "sha256": "ab" * 32,
                "verified": True,
                "stored_bytes": 9,
                "arrived_bytes": 9,
            }
        ],
        "evidence": [
            {
                "digest": "cd" * 32,
                "lvl": 40,
                "from": XB,
                "at": 1_926_000_090,
                "role": "duty",
                "code": None,
                "note": None,
            }
        ],
    } | more


def test_a_letter_is_read_as_the_node_tells_it() -> None:
    record = Record.of(told())
    assert (record.form, record.files[0].name, record.proved[0].level) == ({"kind": "request"}, "orden.pdf", 40)
    assert record.sender.called("ar") == "Fiscalía (XA)"
    assert Party.of(XB).called("en") == "b2" * 8
    assert [each.own for each in (record.sender, *record.to)] == [True, False]


@pytest.mark.parametrize("form", [{"mt": "x", "base64": "AA=="}, {"text": "no json"}, {"text": "[]"}])
def test_a_form_that_is_no_object_is_empty(form: dict[str, str]) -> None:
    assert Record.of(told(form=form)).form == {}


@pytest.mark.parametrize("count", [1, MOST_NAMED, MOST_NAMED + 1])
def test_a_code_names_its_letters_and_no_others(count: int) -> None:
    digests = [f"{n:064x}" for n in range(count)]
    code = code_of(digests)
    assert len(code) < 700  # a code that a camera reads
    assert names_all(f" {code[:40]}\n{code[40:]}", digests)
    assert not names_all(code, digests[1:])


def test_few_letters_are_found_in_a_larger_proof_and_many_are_the_whole_of_theirs() -> None:
    digests = [f"{n:064x}" for n in range(20)]
    assert names_all(code_of(digests[:3]), digests)
    assert not names_all(code_of(digests[:19]), digests)


@pytest.mark.parametrize("code", ["", "urn:rogatory:letter:", "urn:rogatory:letters:x:" + "0" * 64, "5f" * 32])
def test_what_is_no_code_is_said(code: str) -> None:
    with pytest.raises(ValueError, match=r"^.*$"):
        names_all(code, [])
