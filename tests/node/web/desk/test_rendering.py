"""From templates to pages."""

import re
from importlib import resources

import pytest

from rogatory_node.i18n import LANGUAGES
from rogatory_node.web.desk.rendering import NAMES, _said, moment, statics


def test_TXT_02_values_in_texts_are_isolated() -> None:
    assert _said("en", "Welcome, {name}.", name="\u0628 {x}") == "Welcome, \u2068\u0628 {x}\u2069."
    assert _said("en", "100 % {x}") == "100 % {x}"


def test_I5_times_are_said_in_utc() -> None:
    assert moment(1_800_000_000, language="en") == "15 January 2027, 08:00 UTC"
    assert "كانون الثاني/يناير" in moment(1_800_000_000, language="ar")


def test_all_languages_have_their_own_name() -> None:
    assert set(NAMES) == set(LANGUAGES)


def test_I3_the_style_sheet_knows_no_left_and_no_right() -> None:
    style = statics()["desk.css"].body.decode()
    for word in ("left", "right"):
        assert not re.search(rf"(?<![\w-])(?:[\w-]*-)?{word}\s*:", style), word
        assert not re.search(rf":\s*{word}\b", style), word


@pytest.mark.parametrize(
    "name", sorted(each.name for each in (resources.files("rogatory_node.web") / "templates/desk").iterdir())
)
def test_S1_templates_hold_no_script_and_no_style(name: str) -> None:
    text = (resources.files("rogatory_node.web") / "templates/desk" / name).read_text(encoding="utf-8")
    assert "style=" not in text
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r"<script(?! src=)", text)
    assert "| safe" not in text
    assert "target=" not in text
