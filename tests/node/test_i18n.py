"""Languages: the choice, the direction, English as the source."""

import pytest

from rogatory_node import i18n


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ar_SA.UTF-8"}, "ar"),
        ({"LANG": "fr_FR", "LC_ALL": "es_MX.UTF-8"}, "es"),
        ({"LANG": "fr_FR", "ROGATORY_LANGUAGE": "zh-Hans"}, "zh"),
    ],
)
def test_the_language_is_what_the_environment_asks_for(environ: dict[str, str], language: str) -> None:
    assert i18n.chosen(environ) == language


def test_an_unknown_text_stays_english() -> None:
    assert i18n.translate("no such text anywhere", "ar") == "no such text anywhere"
    assert i18n.plural("{n} letter of none", "{n} letters of none", 2, "en") == "{n} letters of none"


def test_direction_follows_the_script() -> None:
    assert [i18n.direction(language) for language in ("ar", "zh", "fr")] == ["rtl", "ltr", "ltr"]
