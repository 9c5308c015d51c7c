"""What every page is given."""

import pytest
from multidict import MultiDict

from rogatory_node.web.desk.context import Refused, _one


def test_WEB_20_a_field_stands_once() -> None:
    assert _one(MultiDict(a="1"), "a") == "1"
    assert _one(MultiDict(a="1"), "b") is None
    with pytest.raises(Refused):
        _one(MultiDict([("a", "1"), ("a", "1")]), "a")
