"""What a word means in a list."""

from datetime import UTC, datetime

import pytest

from rogatory_node.casework.roles import Role
from rogatory_node.cli.output import Failure
from rogatory_node.cli.picking import code_of, day, is_whole, pick, row, rows

FOUND = [{"id": "ab" * 16, "name": "Ana"}, {"id": "ab" * 3 + "cd" * 13, "name": "Bo"}]


def test_names_digits_and_their_beginning() -> None:
    for word in ("Ana", "AB" * 16, "ab" * 16, "ababababab"):
        assert pick(FOUND, word) == FOUND[0]["id"]


@pytest.mark.parametrize(
    ("word", "slug"), [("ababab", "ambiguous"), ("aba", "unknown"), ("", "unknown"), ("An", "unknown")]
)
def test_what_is_nothing_or_several_is_refused(word: str, slug: str) -> None:
    with pytest.raises(Failure) as caught:
        pick(FOUND, word)
    assert caught.value.slug == slug


def test_a_line_of_a_list_holds_no_strange_characters() -> None:
    assert row("a", None, "b\x1b[2J") == "a  b�[2J"


def test_an_empty_list_is_said() -> None:
    assert rows(["a", "b"]) == "a\nb"
    assert rows([]) == "Nothing was found."


def test_days_and_codes() -> None:
    assert day(datetime(1970, 1, 2, tzinfo=UTC)) == 86_400
    assert day(None) is None
    assert code_of(Role, "drafter") == "drafter"
    with pytest.raises(Failure):
        code_of(Role, "king")


@pytest.mark.parametrize(
    ("word", "whole"), [("ab" * 16, True), ("AB" * 16, False), ("ab" * 15, False), ("xy" * 16, False)]
)
def test_whole_identifiers_are_known_by_their_form(word: str, whole: bool) -> None:
    assert is_whole(word) is whole
