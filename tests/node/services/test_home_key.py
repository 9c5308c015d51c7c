"""The key outside the home."""

import stat
from pathlib import Path

import pytest

from rogatory_node.config import parse
from rogatory_node.home import Home, HomeOpenError
from rogatory_node.services.home_key import (
    HomeKeyError,
    HomeKeyInsideError,
    HomeKeyMissingError,
    HomeKeyShapeError,
    beside,
    read,
    take_or_make,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    root = tmp_path / "xa"
    root.mkdir(mode=0o700)
    return Home(root=root)


def config(path: Path | None) -> object:
    return parse('name = "XA"' + (f'\n[keys]\nhome_key_file = "{path}"' if path else ""))


def test_it_is_made_once_and_read_again(home: Home) -> None:
    path = beside(home)
    key, made = take_or_make(path, home)
    assert (len(key), made, stat.S_IMODE(path.stat().st_mode)) == (32, True, 0o400)
    assert take_or_make(path, home) == (key, False)
    assert read(config(path), home, {}) == key  # type: ignore[arg-type]


def test_a_relative_place_starts_at_the_home(home: Home) -> None:
    key, _ = take_or_make(beside(home), home)
    assert read(config(Path("../xa.home-key")), home, {}) == key  # type: ignore[arg-type]


def test_a_credential_serves_when_no_file_is_configured(home: Home, tmp_path: Path) -> None:
    (tmp_path / "rogatory-home-key").write_bytes(b"k" * 32)
    assert read(config(None), home, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == b"k" * 32  # type: ignore[arg-type]
    with pytest.raises(HomeKeyMissingError):
        read(config(None), home, {})  # type: ignore[arg-type]


def test_a_file_that_others_can_read_is_refused(home: Home) -> None:
    take_or_make(beside(home), home)
    beside(home).chmod(0o440)
    for reading in (lambda: read(config(beside(home)), home, {}), lambda: take_or_make(beside(home), home)):  # type: ignore[arg-type]
        with pytest.raises(HomeOpenError):
            reading()


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("../k", None, HomeKeyMissingError),
        ("../k", b"short", HomeKeyShapeError),
        ("k", b"k" * 32, HomeKeyInsideError),
    ],
)
def test_what_is_no_home_key_is_refused(
    home: Home, name: str, content: bytes | None, error: type[HomeKeyError]
) -> None:
    path = home.root / name
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o400)
    with pytest.raises(error):
        read(config(Path(name)), home, {})  # type: ignore[arg-type]
