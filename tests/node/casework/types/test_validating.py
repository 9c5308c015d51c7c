"""Forms are held against their schemas, with a bound on what one form may cost."""

from rogatory_node.casework.types import catalogue, shape, validating
from rogatory_node.casework.types.catalogue import RequestType


def kind(code: str) -> RequestType:
    found = catalogue.type_of(code)
    assert isinstance(found, RequestType)
    return found


def test_every_example_has_no_fault() -> None:
    for each in catalogue.types():
        form = catalogue.example(each.code)
        assert list(validating.request_faults(shape.common_of(form))) == []
        assert [list(validating.measure_faults(each, m.fields)) for m in shape.measures(form)] == [[]]


def test_faults_name_keyword_and_place() -> None:
    common = shape.common_of(catalogue.example("data.preserve"))
    common["urgency"] = {"grade": "NOW"}
    common["offences"] = [{"law": "s. 302"}]
    found = {(each.keyword, each.path) for each in validating.request_faults(common)}
    assert found == {("enum", ("urgency", "grade")), ("required", ("offences", 0))}
    (unexpected,) = validating.measure_faults(kind("other"), {"type": "other", "description": "x", "colour": "red"})
    assert (unexpected.keyword, list(unexpected.told["unexpected"])) == ("additionalProperties", ["colour"])


def test_faults_of_one_form_are_bounded() -> None:
    common = {"remarks": 1, "persons": [{"colour": number} for number in range(10_000)]}
    assert len(list(validating.request_faults(common))) == validating.MAX_FAULTS
