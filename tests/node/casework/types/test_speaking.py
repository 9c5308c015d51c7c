"""Schemas in the language of their reader."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.speaking import CODES, spoken
from rogatory_node.i18n import LANGUAGES


def words(described: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(described, list):
        for place, each in enumerate(described):
            yield from words(each, f"{path}/{place}")
    if not isinstance(described, dict):
        return
    for name, each in described.items():
        if name in {"title", "description"} and isinstance(each, str):
            yield f"{path}/{name}", each
        elif name not in {"examples", "x-rogatory", "x-labels"}:
            yield from words(each, f"{path}/{name}")


def test_all_words_of_a_schema_are_in_the_language() -> None:
    english = catalogue.whole(catalogue.types()[0])
    said = dict(words(spoken(english, "ar")))
    assert said.keys() == dict(words(english)).keys()
    assert [text for text in said.values() if not any("\u0600" <= letter <= "\u06ff" for letter in text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_period_ends_and_is_not_addressed(language: str) -> None:
    schema = catalogue.schema("data.preserve")
    assert isinstance(schema, dict)
    period = spoken(schema, language)["$defs"]["period"]["properties"]
    assert (
        period["to"]["title"]
        == {
            "ar": "النهاية",
            "en": "End",
            "es": "Fin",
            "fr": "Fin",
            "pt": "Fim",
            "ru": "Окончание",
            "zh": "结束",
        }[language]
    )


def test_what_is_for_programs_stays() -> None:
    english = catalogue.schema("extradition")
    assert isinstance(english, dict)
    before = copy.deepcopy(english)
    said = spoken(english, "fr")
    assert english == before
    assert said["properties"]["basis"]["enum"] == english["properties"]["basis"]["enum"]
    assert said["properties"]["basis"]["x-labels"]["sentence"] == "Exécution d'une peine"
    assert said["$defs"]["urgency"]["properties"]["grade"]["x-labels"]["ROUTINE"] == "Ordinaire"
    offence = said["$defs"]["offence"]["properties"]
    assert offence["title"]["title"] == "Qualification de l'infraction"
    assert offence["title"]["examples"] == english["$defs"]["offence"]["properties"]["title"]["examples"]
    assert said["x-rogatory"] == english["x-rogatory"]


def test_every_list_of_codes_that_a_schema_names_is_known() -> None:
    listed = {each["x-codes"] for each in _with_codes([catalogue.common_part(), *(t.body for t in catalogue.types())])}
    assert listed == set(CODES)


def _with_codes(described: Any) -> Iterator[dict[str, Any]]:
    if isinstance(described, dict) and "x-codes" in described:
        yield described
    parts = described.values() if isinstance(described, dict) else described if isinstance(described, list) else ()
    for each in parts:
        yield from _with_codes(each)
