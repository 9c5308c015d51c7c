import pytest

from rogatory_node.casework.kinds import catalogue
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.kinds.validating import faults
from rogatory_node.casework.types.catalogue import example


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_has_no_fault(kind: str) -> None:
    assert list(faults(kind, catalogue.example(kind))) == []


def test_faults_say_keyword_and_place() -> None:
    form = {"kind": "info.request", "questions": [{"n": 1, "text": "?"}, {"n": "2"}], "due": "soon"}
    found = {(fault.keyword, fault.path) for fault in faults("info.request", form)}
    assert ("required", ("questions", 1)) in found
    assert ("type", ("questions", 1, "n")) in found
    assert ("anyOf", ("due",)) in found


def test_the_measures_of_a_request_are_held_against_their_types() -> None:
    alone = example("data.preserve")
    listed = {"kind": "request", "assistance": [{"type": "other"}, {"type": "tele.port"}]}
    assert [fault.path for fault in faults("request", {**alone, "necessity": ""})] == [("necessity",)]
    assert [(fault.keyword, fault.path) for fault in faults("request", listed)] == [("required", ("assistance", 0))]


def test_what_nobody_knows_has_no_faults() -> None:
    assert list(faults("dream.report", {"x": 1})) == []
    assert list(faults("decision", {}, version=99)) == []
