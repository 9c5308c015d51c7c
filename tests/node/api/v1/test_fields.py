"""Identifiers in paths and fields, and how refusals of the book are described."""

from types import SimpleNamespace
from typing import Any

import pytest

from rogatory_node.api.context import Problem
from rogatory_node.api.v1.fields import hexed, id_in_path, id_of, of, problem_of
from rogatory_node.casebook.drafting import DraftUnknownError
from rogatory_node.casebook.people import SelfError
from rogatory_protocol.ids import Id16

SOME = Id16(b"\xab" * 16)


def call(word: str) -> Any:
    return SimpleNamespace(path={"person": word})


def test_an_identifier_is_read_and_written() -> None:
    assert id_in_path(call("ab" * 16), "person") == id_of("ab" * 16) == SOME
    assert (hexed(SOME), hexed(None), id_of(None)) == ("ab" * 16, None, None)


@pytest.mark.parametrize("word", ["", "ab", "AB" * 16, "zz" * 16, "\uff41" * 32, "a" * 31 + " "])
def test_what_is_no_identifier_is_not_there(word: str) -> None:
    with pytest.raises(Problem) as caught:
        id_in_path(call(word), "person")
    assert caught.value.status == 404


def test_refusals_of_the_book_have_their_status_and_code() -> None:
    assert of(DraftUnknownError, SelfError) == {"draft.unknown": 404, "people.self": 403}
    problem = problem_of(SelfError("self"))
    assert problem is not None
    assert (problem.status, problem.code) == (403, "people.self")
    assert problem_of(ValueError()) is None
