"""Every refusal of the book is told."""

import pytest

from rogatory_node.casebook import agencies, assignments, delegation, drafting, offered, people, tokens, units
from rogatory_node.casebook.actors import ForbiddenError, Refusal
from rogatory_node.casebook.refusals import REFUSALS, told
from rogatory_node.services.composing import Mistake, UnfitError

MODULES = (agencies, assignments, delegation, drafting, offered, people, tokens, units)
ASIDE = {"PersonAmbiguousError"}  # names are looked up by commands, which say it themselves


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_error_of_a_module_is_in_the_table(module: object) -> None:
    errors = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Exception)]
    own = [each for each in errors if each.__module__ == module.__name__]  # type: ignore[attr-defined]
    last = [each for each in own if not any(issubclass(other, each) and other is not each for other in own)]
    assert {each.__name__ for each in last} - {each.__name__ for each in REFUSALS} <= ASIDE


def test_codes_are_stable_and_of_one_error_each() -> None:
    codes = [error.code for error in REFUSALS]  # type: ignore[attr-defined]
    assert len(codes) == len(set(codes))


def test_values_go_into_the_text() -> None:
    unfit = told(UnfitError([Mistake(what="the file is not JSON")]))
    assert unfit is not None
    assert unfit.what.format(**unfit.values) == "The letter cannot be sent: the file is not JSON"
    forbidden = told(ForbiddenError(Refusal("scope")))
    assert forbidden is not None
    assert (forbidden.status, forbidden.values) == (403, {"reason": "scope"})
    assert told(ValueError()) is None
