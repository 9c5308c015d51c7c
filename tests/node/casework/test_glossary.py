"""The glossary has every word in every language, and any of them finds it."""

import pytest

from rogatory_node.casework.glossary import find, glossary
from rogatory_node.i18n import LANGUAGES


def test_every_word_is_there_in_every_language() -> None:
    whole = glossary()
    assert len({each.key for each in whole.terms}) == len(whole.terms) > 40
    assert [each.key for each in whole.terms if {*each.words} != {*LANGUAGES} or not all(each.words.values())] == []
    assert whole.source
    assert whole.checked is False


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("dual criminality", "dual_criminality"),
        ("INCRIMINAÇÃO", "dual_criminality"),
        ("entraides judiciaires", "mla"),
        ("تسليم المراقب", "controlled_delivery"),
        ("выдачи", "extradition"),
        ("引渡", "extradition"),
        ("safe_conduct", "safe_conduct"),
    ],
)
def test_a_word_of_any_language_finds_it(word: str, key: str) -> None:
    assert key in [each.key for each in find(word)]


@pytest.mark.parametrize("word", ["", "zebra", "…"])
def test_what_is_not_there_is_not_found(word: str) -> None:
    assert find(word) == ()
