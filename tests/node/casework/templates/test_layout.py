"""The templates: every place is a field of the type, and numbers grow."""

import pytest

from rogatory_node.casework.templates.layout import TEMPLATES, place_of
from rogatory_node.casework.types import catalogue


@pytest.mark.parametrize("code", sorted(TEMPLATES))
def test_numbers_grow_from_one(code: str) -> None:
    numbers = [int(line.number) for line in TEMPLATES[code] if line.number]
    assert numbers == list(range(1, len(numbers) + 1))


def test_places_of_the_template_for_preservation_are_fields_of_the_type() -> None:
    kind = catalogue.type_of("data.preserve")
    assert isinstance(kind, catalogue.RequestType)
    known = catalogue.whole(kind)["properties"]
    assert {place.split("/")[1] for line in TEMPLATES["data.preserve"] for place in line.places} <= set(known)


def test_other_types_have_no_numbers_and_what_is_unknown_comes_before_the_signature() -> None:
    assert place_of("data.preserve", "/proceeding/court")[1] == ""
    assert place_of("data.subscriber", "/proceeding/court")[1] == "8"
    assert place_of("extradition", "/date")[1] == ""
    assert place_of("data.preserve", "/remarks") < place_of("data.preserve", "/signature/name")
    assert place_of("data.preserve", "/dateline")[1] == ""
