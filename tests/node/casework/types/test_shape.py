"""One measure or many: both ways of writing mean the same."""

from typing import Any

import pytest

from rogatory_node.casework.types import catalogue, shape
from rogatory_node.casework.types.catalogue import RequestType, Unknown


def test_one_measure_stands_beside_the_common_part() -> None:
    form = catalogue.example("data.preserve")
    (found,) = shape.measures(form)
    assert isinstance(found.type, RequestType)
    assert (found.number, found.pointer, found.type.code) == (1, "", "data.preserve")
    assert set(found.fields) | set(shape.common_of(form)) == set(form)
    assert not set(found.fields) & set(shape.common_of(form))


def test_many_measures_mean_the_same_as_one_each() -> None:
    single = catalogue.example("data.preserve")
    (alone,) = shape.measures(single)
    form = {**shape.common_of(single), "assistance": [dict(alone.fields), {"type": "other", "description": "x"}]}
    first, second = shape.measures(form)
    assert (first.fields, first.type) == (alone.fields, alone.type)
    assert (first.pointer, second.pointer, second.number) == ("/assistance/0", "/assistance/1", 2)


@pytest.mark.parametrize("entry", [None, 7, "x", [], {}, {"type": 7}, {"type": "new.kind"}, {"type_version": "1"}])
def test_what_is_not_known_is_a_measure_too(entry: Any) -> None:
    (found,) = shape.measures({"assistance": [entry]})
    assert isinstance(found.type, Unknown)


def test_a_newer_version_is_not_read_as_an_older_one() -> None:
    (found,) = shape.measures(catalogue.example("data.preserve") | {"type_version": 9})
    assert isinstance(found.type, Unknown)
    assert found.type.version == 9


def test_no_more_measures_are_made_than_wanted() -> None:
    assert len(shape.measures({"assistance": [{}] * 1000}, most=10)) == 10
    assert shape.measures({"assistance": "x"}) == shape.measures({}) == ()
