"""Every module has a test module in the same place."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"protocol": "rogatory_protocol", "keys": "rogatory_keys", "node": "rogatory_node"}
# Nothing but constants or types: their users' tests are theirs.
PLAIN = {
    "protocol/errors",
    "protocol/limits",
    "node/storage/errors",
    "node/storage/book_tables",
    "node/storage/tables",
    "node/migrations/env",
    "node/__main__",
}


def modules(folder: str) -> list[str]:
    home = ROOT / folder / PACKAGES[folder]
    found = (path.relative_to(home).with_suffix("") for path in home.rglob("*.py"))
    return sorted(f"{folder}/{name}" for name in found if name.name != "__init__" and "versions/" not in f"{name}/")


@pytest.mark.parametrize("module", [name for folder in PACKAGES for name in modules(folder) if name not in PLAIN])
def test_every_module_is_tested_in_its_place(module: str) -> None:
    folder, _, name = module.rpartition("/")
    assert (ROOT / "tests" / folder / f"test_{name}.py").is_file()
