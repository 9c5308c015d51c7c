from typing import Any

from rogatory_node.casework.life import forms


def pairs(form: dict[str, Any], first: int = 1) -> list[tuple[str, str]]:
    return [(each.id, each.type) for each in forms.measures_of(form, first=first)]


def test_measures_stand_in_a_list_or_alone() -> None:
    assert pairs({"type": "data.preserve"}) == [("1", "data.preserve")]
    listed = [
        {"id": "a", "type": "x"},
        {"id": "a", "type": "y"},
        {"id": "", "type": "z"},
        7,
        {"measure": "b", "type": "z"},
    ]
    assert pairs({"measures": listed}) == [("a", "x"), ("3", "z"), ("b", "z")]
    assert pairs({"assistance": [{"type": "x"}, {"type": "y"}]}) == [("1", "x"), ("2", "y")]
    assert pairs({"measures": [{"type": "x"}]}, first=4) == [("4", "x")]
    assert pairs({"measures": 5, "type": 5}) == []


def test_what_is_said_of_a_measure_goes_before_what_is_said_of_all() -> None:
    form = {"measures": ["1", {"id": "2", "outcome": "REFUSED"}], "outcome": "ACCEPTED"}
    plain, own = forms.said_of(form)
    assert (plain.ids, plain.text("outcome")) == (("1",), "ACCEPTED")
    assert (own.ids, own.text("outcome")) == (("2",), "REFUSED")
    assert [said.ids for said in forms.said_of({})] == [None]


def test_a_duplicate_has_reference_measure_and_type_in_common() -> None:
    new = {"references": {"sender": "R", "status": "new"}}
    assert forms.duplicate_key(new, "1", "t") == forms.duplicate_key({"references": {"sender": "R"}}, "1", "t")
    assert forms.duplicate_key({"references": {"sender": "R", "status": "extension"}}, "1", "t") != (
        forms.duplicate_key(new, "1", "t")
    )
    assert forms.duplicate_key({}, "1", "t") is None


def test_codes_are_read_from_texts_and_objects() -> None:
    assert forms.codes(["A", {"code": "B"}, {"code": 1}, "A", None]) == ("A", "B")
    assert forms.codes("A") == ()
    assert forms.instruments({"legal_basis": [{"instrument": "BC"}, "BC", {}]}) == ("BC",)
