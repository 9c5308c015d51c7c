"""Whom to address."""

import msgspec
import pytest

from rogatory_node.casework.authorities.competence import competent, functions_for
from rogatory_node.casework.authorities.directory import Listed, Voice, practice
from rogatory_node.casework.authorities.entry import Function, Measure, Possible
from rogatory_node.casework.types import catalogue


@pytest.mark.parametrize(
    ("state", "kind", "found"),
    [
        ("XA", "data.preserve", ["xa.contact", "xa.central"]),
        ("XA", "data.subscriber", ["xa.contact", "xa.central"]),
        ("XA", "evidence.statement", ["xa.central"]),
        ("XB", "data.preserve", ["xb.central"]),
        ("XC", "asset.return", ["xc.attorney"]),
        ("XC", "extradition", []),
        ("XE", "evidence.statement", []),
    ],
)
def test_the_fittest_goes_first(state: str, kind: str, found: list[str]) -> None:
    assert [each.entry.id for each in competent(practice(), state, kind)] == found


def test_what_cannot_be_had_there_comes_last() -> None:
    (contact, central) = competent(practice(), "XA", "data.preserve")
    never = Measure(type="data.preserve", possible=Possible.NO)
    shut = Listed(entry=msgspec.structs.replace(contact.entry, measures=(never,)), voice=Voice.ITSELF)
    assert competent([shut, central], "XA", "data.preserve") == (central, shut)


def test_every_type_has_a_function() -> None:
    assert all(functions_for(kind.code) for kind in catalogue.types())
    assert functions_for("telepathy") == (Function.MLA,)
