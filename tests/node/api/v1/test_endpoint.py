"""Structs of the interface refuse what they do not name."""

import msgspec
import pytest

from rogatory_node.api.v1.endpoint import Page


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"after": null, "more": 1}', type=Page)
