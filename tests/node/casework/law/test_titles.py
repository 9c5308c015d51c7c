"""Titles of treaties."""

import pytest

from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.titles import title
from rogatory_node.i18n import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_those_of_the_library(language: str) -> None:
    for code, each in shipped().instruments.items():
        assert title(code, language) == (each.title.get(language) or each.title.get("en"))


def test_a_treaty_that_is_not_known_has_no_title() -> None:
    assert title("GENTLEMEN", "en") is None
