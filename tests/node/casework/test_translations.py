"""Which letters are in which languages, whatever a form says of it."""

from typing import Any

import pytest
from evidence_of import XA, XB

from rogatory_node.casework.custody.items import Source
from rogatory_node.casework.kinds import catalogue
from rogatory_node.casework.kinds.validating import faults
from rogatory_node.casework.translations import letter_form, written

REQUEST = "1" * 64


def letter(kind: str, digest: str, **form: Any) -> Source:
    return Source(digest=digest, kind=kind, sender=XA, to=(XB,), ts=1, form={"kind": kind, **form})


def test_translations_that_travel_along_and_later_ones_stand_with_their_letter() -> None:
    request = letter("request", REQUEST, language="es", translation=[{"language": "fr", "certified": True}])
    whole = letter("translation", "2" * 64, in_reply_to=[REQUEST], document=REQUEST, translated={"language": "en"})
    part = letter("translation", "3" * 64, in_reply_to=REQUEST, document="order.pdf", translated={"language": "en"})
    (told,) = written([request, whole, part])
    assert (told.letter, told.language) == (REQUEST, "es")
    assert [(each.language, each.certified, each.document) for each in told.translations] == [
        ("fr", True, ""),
        ("en", False, ""),
        ("en", False, "order.pdf"),
    ]


def test_a_translation_that_answers_nothing_stands_alone() -> None:
    (told,) = written([letter("translation", "2" * 64, document="x", translated={"language": "en"})])
    assert told.kind == "translation"


@pytest.mark.parametrize(
    "form", [{"translation": "x"}, {"translations": [5, {}, {"language": 7}]}, {"language": ["en"]}]
)
def test_whatever_stands_in_a_form_is_no_error(form: dict[str, Any]) -> None:
    assert [each.translations for each in written([letter("status", REQUEST, **form)])] == [()]


def test_the_letter_that_brings_a_translation_is_as_its_kind_has_it() -> None:
    for translator in ("Sworn translator", ""):
        form = letter_form(
            REQUEST, document="order.pdf", language="fr", translator=translator, certified=True, machine=False
        )
        assert list(faults("translation", form)) == []
    assert catalogue.example("translation")["kind"] == "translation"
