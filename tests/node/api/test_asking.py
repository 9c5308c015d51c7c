"""What a request carries is read by name, and refused by name."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rogatory_node.api.asking import case_of, number, octets, read, recipient, several, text
from rogatory_node.api.context import Node, Problem
from rogatory_protocol.ids import Id16

Came = Callable[..., Awaitable[bytes]]


def refused(work: Callable[..., object], *args: object) -> Problem:
    with pytest.raises(Problem) as caught:
        work(*args)
    return caught.value


@pytest.mark.parametrize(
    ("work", "args"),
    [
        (octets, ("zz", 1, "id")),
        (octets, ("abcd", 1, "id")),
        (octets, (7, 1, "id")),
        (octets, (None, 1, "id")),
        (text, ({"case": 7}, "case")),
        (several, ({"to": "XB"}, "to", 3)),
        (several, ({"to": [1, 2, 3, 4]}, "to", 3)),
        (number, ("seven", "most", 1, 9)),
        (number, (True, "most", 1, 9)),
        (number, (None, "most", 1, 9)),
        (number, ("10", "most", 1, 9)),
    ],
)
def test_a_field_of_the_wrong_form_is_refused_by_name(work: Callable[..., object], args: tuple[Any, ...]) -> None:
    problem = refused(work, *args)
    assert (problem.status, problem.code) == (400, "field")
    assert problem.values["name"] in args


def test_a_field_of_the_right_form_is_taken() -> None:
    assert octets("ABcd", 2, "id") == b"\xab\xcd"
    assert text({"case": "x"}, "case") == "x"
    assert text({}, "case") is None
    assert several({"to": None}, "to", 3) == []
    assert (number("9", "most", 1, 9), number(1, "most", 1, 9)) == (9, 1)


async def test_a_recipient_that_is_not_one_is_refused(node: Node) -> None:
    refusals: list[tuple[object, int, str]] = [
        ("XZ", 404, "recipient.unknown"),
        ("XC", 409, "recipient.ambiguous"),
        ("XD", 409, "recipient.not-admitted"),
        (7, 404, "recipient.unknown"),
    ]
    for word, status, code in refusals:
        problem = refused(recipient, node, word)
        assert (problem.status, problem.code) == (status, code)
    assert str(refused(recipient, node, "XC").values["candidates"]).count("Authority C") == 2
    assert recipient(node, "XB").listing.cc == "XB"


async def test_a_case_is_one_or_is_refused(node: Node, came: Came) -> None:
    first, second = Id16(b"\xab" * 15 + b"\1"), Id16(b"\xab" * 15 + b"\2")
    for conv in (first, second):
        await came(conv=conv)
    assert await read(node, case_of, first.hex()) == first
    for word, status in (("ababab", 409), ("cdcdcd", 404)):
        with pytest.raises(Problem) as caught:
            await read(node, case_of, word)
        assert caught.value.status == status
        assert caught.value.values["word"] == word
