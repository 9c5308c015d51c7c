"""The event loop: the faster one where it is installed, Python's own where it is not."""

import sys

import pytest
import uvloop

from rogatory_node.app import loop


def test_it_is_the_faster_one_where_it_is_installed() -> None:
    assert loop.factory() is uvloop.new_event_loop


def test_it_runs_without_the_faster_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop.factory() is None
