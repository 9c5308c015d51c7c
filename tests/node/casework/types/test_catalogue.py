"""The catalogue of request types: complete, consistent, and calm about what it does not know."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from rogatory_node.casework.types import catalogue, speaking
from rogatory_node.casework.types.catalogue import RequestType, Unknown

CODES = [each.code for each in catalogue.types()]
OUTCOMES = {
    "EXECUTED_FULL",
    "EXECUTED_PARTIAL",
    "EXECUTED_WITH_CONDITIONS",
    "NO_RECORDS",
    "NOT_LOCATED",
    "PERSON_DECLINED",
    "PRESERVED",
    "PRESERVED_PARTIAL",
    "ALREADY_DELETED",
    "PROVIDER_NOT_HERE",
    "REDIRECT",
    "INFO_NEEDED",
    "POSTPONED",
    "REFUSED",
    "CONDITIONS_OFFERED",
    "WITHDRAWN",
    "TRANSMITTED_TO_EXECUTING",
}


def kind(code: str) -> RequestType:
    found = catalogue.type_of(code)
    assert isinstance(found, RequestType)
    return found


def test_all_types_are_there_in_the_order_of_their_groups() -> None:
    assert len(set(CODES)) == 37
    groups = [each.group for each in catalogue.types()]
    assert groups == sorted(groups, key=list(catalogue.GROUPS).index)
    assert set(groups) == set(catalogue.GROUPS)


@pytest.mark.parametrize("code", CODES)
def test_a_type_is_complete(code: str) -> None:
    found = kind(code)
    assert found.title
    assert found.articles
    assert all(each.source for each in found.articles)
    assert set(found.outcomes) <= OUTCOMES
    assert "WITHDRAWN" in found.outcomes
    assert found.dual_criminality in {"none", "often", "usual"}
    assert not (found.coercive and found.duty_officer_alone) or code == "arrest.provisional"
    assert set(found.request_required) <= set(catalogue.common_part()["properties"])
    roles = catalogue.common_part()["$defs"]["attachment"]["properties"]["role"]["enum"]
    assert {role for each in found.attachments for role in each} <= set(roles)


@pytest.mark.parametrize("code", CODES)
def test_a_schema_is_valid_and_its_example_too(code: str) -> None:
    described = catalogue.schema(code)
    assert isinstance(described, dict)
    jsonschema_rs.meta.validate(described)
    validator = jsonschema_rs.Draft202012Validator(described, validate_formats=True)
    form = catalogue.example(code)
    assert [error.message for error in validator.iter_errors(form)] == []
    for name in described["required"]:
        assert not validator.is_valid({key: value for key, value in form.items() if key != name})


@pytest.mark.parametrize("code", CODES)
def test_every_field_has_a_title_and_no_name_of_the_common_part(code: str) -> None:
    common = catalogue.common_part()
    own = kind(code).body["properties"]
    assert not set(own) & (set(common["properties"]) | set(common["x-measure"]))
    for each in [*own.values(), *common["properties"].values(), *common["x-measure"].values()]:
        assert each.get("title") or common["$defs"][each["$ref"].removeprefix("#/$defs/")]["title"]


def test_every_enumeration_has_labels_or_belongs_to_a_table_of_codes() -> None:
    found = list(_enumerations([catalogue.common_part(), *(each.body for each in catalogue.types())]))
    assert len(found) >= 10
    for each in found:
        named = each.get("x-labels") or speaking.CODES[each["x-codes"]]
        assert set(each["enum"]) <= set(named), each["title"]


def _enumerations(described: Any) -> Iterator[dict[str, Any]]:
    if isinstance(described, dict) and isinstance(described.get("enum"), list):
        yield described
    parts = described.values() if isinstance(described, dict) else described if isinstance(described, list) else ()
    for each in parts:
        yield from _enumerations(each)


def test_a_schema_may_be_changed_by_its_reader() -> None:
    changed = catalogue.schema("data.preserve")
    assert isinstance(changed, dict)
    changed["properties"].clear()
    again = catalogue.schema("data.preserve")
    assert isinstance(again, dict)
    assert again["properties"]["custodian"]


@pytest.mark.parametrize(
    ("code", "version"),
    [("data.preserve", 2), ("data.preserve", 0), ("tele.port", None), ("common", 1), ("../common", None), (["x"], 1)],
)
def test_an_unknown_type_or_version_is_a_readable_answer(code: object, version: int | None) -> None:
    found = catalogue.type_of(code, version)
    assert isinstance(found, Unknown)
    assert found.text.format(type=found.code, version=found.version).startswith("This part cannot be shown yet")
    assert isinstance(catalogue.schema(str(code), version), Unknown)
    assert code == "data.preserve" or catalogue.example(str(code)) == {}


def test_what_was_not_compared_with_the_text_says_so() -> None:
    articles = [article for each in catalogue.types() for article in each.articles]
    assert {article.checked for article in articles} == {True, False}
    assert all("from memory" in article.source for article in articles if not article.checked)
    assert str(kind("data.preserve").articles[0]) == "BC 29"
