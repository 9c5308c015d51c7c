"""What a person is told."""

import errno
import os
from pathlib import Path

import pytest

from rogatory_keys.errors import KeyFileError, KeyFileFault
from rogatory_node.cli.output import Failure
from rogatory_node.cli.trouble import REASONS, failure_of, told
from rogatory_node.config import ConfigError, Mistake, parse
from rogatory_node.config.checks import Reason
from rogatory_node.home import Home, HomeLockedError, HomeOpenError
from rogatory_node.services.home_key import HomeKeyMissingError
from rogatory_node.services.own import ClockError, OwnKeyError
from rogatory_node.storage.errors import DamagedError, SchemaError, StorageFullError, UnsafeDatabaseError

HOME = Home(root=Path("/srv/xa"))


@pytest.mark.parametrize(
    ("error", "slug", "words"),
    [
        (HomeLockedError(Path("/srv/xa/lock"), 42), "home.locked", ("42", "/srv/xa")),
        (HomeOpenError(Path("/srv/xa/keys"), "mode 0750"), "home.open", ("chmod go= /srv/xa/keys",)),
        (HomeKeyMissingError(Path("/k"), "is not there"), "home-key.missing", ("/k", "keys.home_key_file")),
        (OwnKeyError(Path("/srv/xa/keys/seal.key"), None), "own.key", ("seal.key", "missing")),
        (OwnKeyError(Path("/s.key"), KeyFileFault.FORMAT), "own.key", ("/s.key", "damaged")),
        (OwnKeyError(Path("/s.key"), KeyFileFault.WRONG_SECRET), "own.key", ("another home key",)),
        (KeyFileError(KeyFileFault.WRONG_SECRET), "keys.file", ("passphrase is wrong",)),
        (ClockError(660), "own.clock", ("11 minutes",)),
        (SchemaError(seen="0001", wanted="0002", newer=False), "storage.schema", ("rogatory migrate", "0001")),
        (SchemaError(seen="0003", wanted="0002", newer=True), "storage.schema", ("later version",)),
        (UnsafeDatabaseError("fsync", seen="off", wanted=("on",)), "storage.unsafe", ("fsync", "off", "on")),
        (DamagedError("letters.raw", b"\x01"), "storage.damaged", ("letters.raw", "scrub")),
        (StorageFullError("x"), "disk-full", ("no space",)),
        (OSError(errno.EDQUOT, "quota"), "disk-full", ("no space",)),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/srv/xa"), "system", ("/srv/xa",)),
    ],
)
def test_each_trouble_names_its_place_and_the_way_out(error: Exception, slug: str, words: tuple[str, ...]) -> None:
    failure = failure_of(error, HOME)
    assert failure is not None
    assert failure.slug == slug
    shown = f"{failure.what} {failure.next}"
    assert [word for word in words if word not in shown] == []


def test_all_mistakes_of_a_configuration_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        parse('nam = "XA"\n[link]\nport = "8443"\n[database]\nurl = "postgresql://a:secret@b/c"')
    failure = failure_of(refused.value, HOME)
    assert failure is not None
    for word in ("nam is not a setting", "name is missing", "link.port must be", "database.password_file"):
        assert word in failure.what
    assert "secret@" not in failure.what


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(Reason)
    error = ConfigError((Mistake(setting="x", reason=Reason.MISSING),))
    assert "x is missing" in str(getattr(failure_of(error, HOME), "what", None))


def test_of_several_errors_the_first_known_is_told() -> None:
    group = BaseExceptionGroup("both", [KeyError("x"), ExceptionGroup("inner", [StorageFullError("y")])])
    assert getattr(failure_of(group, HOME), "slug", None) == "disk-full"


def test_what_was_not_foreseen_stays_what_it_is() -> None:
    with pytest.raises(KeyError), told(HOME):
        raise KeyError("x")
    with pytest.raises(Failure, match="mine"), told(HOME):
        raise Failure("mine", slug="mine")
