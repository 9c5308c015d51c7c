"""Every text for people is in every catalogue, with the same values in it, and no catalogue holds anything else."""

import pytest
from texts import Text, all_texts, catalogue, completed, fields_of, schema_texts, template_texts, texts_of, written

from rogatory_node.casework.glossary import glossary
from rogatory_node.i18n import LANGUAGES, SOURCE, translate

TRANSLATED = [language for language in LANGUAGES if language != SOURCE]


@pytest.fixture(scope="module")
def texts() -> dict[Text, list[str]]:
    return all_texts()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str, texts: dict[Text, list[str]]) -> None:
    held = {message.id: message.string for message in catalogue(language) if message.id}
    missing = [f"{places[0]}: {text!r}" for text, places in texts.items() if not _whole(held.get(text))]
    assert not missing, "run tests/node/texts.py and translate:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_over(language: str, texts: dict[Text, list[str]]) -> None:
    assert [message.id for message in catalogue(language) if message.id and message.id not in texts] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_holds_the_values_of_its_text(language: str) -> None:
    wrong = [
        message.id
        for message in catalogue(language)
        if message.id and isinstance(message.id, str) and fields_of(str(message.string)) != fields_of(message.id)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_written_the_same_every_time(language: str, texts: dict[Text, list[str]]) -> None:
    fresh = completed(language, texts)
    assert written(fresh) == written(completed(language, texts))
    assert [message.id for message in fresh if message.id and not _whole(message.string)] == []


def test_catalogues_are_read_by_the_program() -> None:
    assert len({translate("urgent", language) for language in TRANSLATED}) >= 5


def test_texts_are_found_where_they_stand() -> None:
    code = (
        '_("a" "b"); later("c"); raise Problem(400, "slug", "d", "e", n=1); plural("f", "g", 2, "en"); _(name); x("h")'
    )
    assert {text for text, _ in texts_of(code, "m.py")} == {"ab", "c", ("f", "g"), "d", "e"}
    for mixed in ('_(f"a {b}")', '_("a" + b)'):
        with pytest.raises(AssertionError, match=r"m\.py:1"):
            list(texts_of(mixed, "m.py"))


def test_texts_are_found_in_templates() -> None:
    page = """<h1>{{ t("a") }}</h1>{% if x %}<p title="{{ t('b') }}">{{ t(word) }} {{ u("c") }}{% endif %}"""
    assert {text for text, _ in template_texts(page, "m.html")} == {"a", "b"}
    for mixed in ('{{ t("a" ~ b) }}', '{{ t("a" + b) }}'):
        with pytest.raises(AssertionError, match=r"m\.html:1"):
            list(template_texts(mixed, "m.html"))


def test_texts_are_found_in_schemas() -> None:
    field = {"title": "b", "enum": ["x"], "x-labels": {"x": "c"}, "examples": [{"title": "no"}]}
    schema = {"title": "a", "properties": {"title": field, "description": {"items": {"description": "d"}}}}
    schema["x-rogatory"] = {"title": "no"}
    assert dict(schema_texts(schema, "s.json")) == {
        "a": "s.json",
        "b": "s.json/properties/title",
        "c": "s.json/properties/title",
        "d": "s.json/properties/description/items",
    }


def test_the_texts_of_pages_and_schemas_are_among_all(texts: dict[Text, list[str]]) -> None:
    assert any(place.startswith("web/templates/") for places in texts.values() for place in places)
    assert "casework/types/data/data.preserve/1.json" in texts["Expedited preservation of stored computer data"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_words_of_the_field_are_those_of_the_glossary(language: str, texts: dict[Text, list[str]]) -> None:
    held = {str(message.id).casefold(): str(message.string) for message in catalogue(language) if message.id}
    told = {str(text).casefold() for text, places in texts.items() if any("/data/" in place for place in places)}
    pairs = [
        (held[term.words[SOURCE].casefold()], term.words[language])
        for term in glossary().terms
        if term.words[SOURCE].casefold() in told and "/" not in term.words[language]
    ]
    assert len(pairs) > 12
    assert [pair for pair in pairs if _bare(pair[0]) not in {_bare(pair[1]), _bare(pair[1].partition(" (")[0])}] == []


def _bare(word: str) -> str:
    return word.casefold().removeprefix("ال")


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)
