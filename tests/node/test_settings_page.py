"""The page of settings names every setting, with the default that it has."""

from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import pytest

from rogatory_node.config import Approval, Channel, Config, Contact, Followed, Webhook

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
TABLES: dict[str, type[Any]] = {
    "follow": Followed,
    "contact": Contact,
    "contact.channel": Channel,
    "approval": Approval,
    "webhook": Webhook,
}


def settings(section: type[Any] = Config, prefix: str = "") -> dict[str, Field[Any]]:
    """Return every setting by its whole name."""
    found: dict[str, Field[Any]] = {}
    for each in fields(section):
        name = f"{prefix}{each.name}"
        if each.metadata.get("check") is not None:
            found[name] = each
        elif name in TABLES:
            found |= settings(TABLES[name], f"{name}.")
        else:
            found |= settings(type(each.default_factory()), f"{name}.")
    return found


@pytest.mark.parametrize("name", sorted(settings()))
def test_every_setting_stands_in_the_page_with_its_default(name: str) -> None:
    row = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if f"`{name}`" in line)
    default = settings()[name].default
    if default is MISSING:
        assert "**needed**" in row
    elif isinstance(default, bool):
        assert f"`{str(default).lower()}`" in row
    elif isinstance(default, int):
        assert f"`{default}`" in row
    elif isinstance(default, str):
        assert f'`"{default}"`' in row
    elif default == ():
        assert "`[]`" in row
