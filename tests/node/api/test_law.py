"""Packs of facts on the socket; what a command shows is tested with the commands."""

import pytest

from rogatory_node.api.law import REFUSALS, ROUTES, refuse
from rogatory_node.casebook import publications as pub


def test_every_refusal_has_its_words() -> None:
    kinds = {kind for kind in vars(pub).values() if isinstance(kind, type) and issubclass(kind, pub.PublicationError)}
    assert kinds - {pub.PublicationError} == REFUSALS.keys()
    for kind in REFUSALS:
        error = kind(3) if kind is pub.OlderError else kind("x")  # type: ignore[arg-type]
        with pytest.raises(Exception, match=kind.code):
            refuse(error)


def test_no_route_twice() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
