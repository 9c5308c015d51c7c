"""Names of languages and treaties."""

import json

import pytest

from rogatory_node.casework.kinds.catalogue import whole
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.types import catalogue
from rogatory_node.documents.naming import NAMES, instrument, language


def test_languages_are_named_in_the_reader_s_language() -> None:
    assert (language("fr", "en"), language("fr", "ar")) == ("French", "الفرنسية")
    assert language("pt-BR", "fr") == "portugais (Brésil)"


@pytest.mark.parametrize("tag", ["", "xx-yy-zz", "q", "qqq", "no such"])
def test_a_tag_that_names_no_language_has_no_name(tag: str) -> None:
    assert language(tag, "en") is None


def test_treaties_have_title_and_short_name() -> None:
    assert instrument("UNCAC", "en") == "United Nations Convention against Corruption (UNCAC)"
    assert instrument("RECIPROCITY", "en") is None


def test_every_kind_of_name_that_a_schema_asks_for_is_known() -> None:
    schemas = [catalogue.common_part(), *(kind.body for kind in catalogue.types()), *map(whole, KINDS)]
    text = json.dumps(schemas)
    said = {part.split('"')[0] for part in text.split('"x-names": "')[1:]}
    assert said == set(NAMES)
