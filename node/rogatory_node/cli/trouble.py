"""What a person is told when something that we foresaw goes wrong: one table from error to words.

* The words name the file or setting and the command that helps; never the text of the exception.
* What is not in the table is a fault of ours: its kind and place go to standard error, its text does not.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from rogatory_keys.errors import KeyFileError, KeyFileFault
from rogatory_node.cli.output import USAGE, Failure
from rogatory_node.cli.system import why
from rogatory_node.config import ConfigError, Mistake
from rogatory_node.config.checks import Reason
from rogatory_node.home import Home, HomeError, HomeExistsError, HomeLockedError, HomeMissingError, HomeOpenError
from rogatory_node.i18n import _, later
from rogatory_node.services.founding import FoundedError
from rogatory_node.services.home_key import (
    HomeKeyError,
    HomeKeyInsideError,
    HomeKeyMissingError,
    HomeKeyShapeError,
)
from rogatory_node.services.own import ClockError, NoAuthorityError, OwnKeyError
from rogatory_node.storage.errors import (
    DamagedError,
    SchemaError,
    StorageError,
    StorageFailedError,
    StorageFullError,
    UnsafeDatabaseError,
    WriterTakenError,
)
from rogatory_node.transport.ports import PortError
from rogatory_node.transport.tls import CertificateError
from rogatory_protocol.errors import RefusedError

_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

REASONS: Final[Mapping[Reason, str]] = {
    Reason.NOT_TOML: later("{setting} is not readable as TOML: {wanted}"),
    Reason.UNKNOWN: later("{setting} is not a setting"),
    Reason.MISSING: later("{setting} is missing"),
    Reason.TYPE: later("{setting} must be: {wanted}"),
    Reason.VALUE: later("{setting} must be: {wanted}"),
    Reason.SECRET: later("{setting} holds a secret; use {wanted}"),
}

FAULTS: Final[Mapping[KeyFileFault | None, str]] = {
    None: later("The key file {path} is missing."),
    KeyFileFault.WRONG_SECRET: later("The key file {path} does not open: another home key, or it is damaged."),
    KeyFileFault.MISMATCH: later("The key in {path} is not one that this authority's statement names."),
}


@contextmanager
def told(home: Home) -> Iterator[None]:
    """Turn the errors of a block into what a person is told.

    Raises:
        Failure: For every error that the table knows.
    """
    try:
        yield
    except Failure:
        raise
    except Exception as error:
        failure = failure_of(error, home)
        if failure is None:
            raise
        raise failure from None


def failure_of(error: BaseException, home: Home) -> Failure | None:
    """Return what is to be told of an error, or None when it was not foreseen."""
    if isinstance(error, BaseExceptionGroup):
        found = (failure_of(each, home) for each in error.exceptions)
        return next((each for each in found if each is not None), None)
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    return None if words is None else words(error, home)


def mistake_text(mistake: Mistake) -> str:
    """Say what is wrong with a setting."""
    return _(REASONS[mistake.reason]).format(setting=mistake.setting, wanted=mistake.wanted)


def _config(error: ConfigError, home: Home) -> Failure:
    lines = "".join(f"\n  - {mistake_text(each)}" for each in error.mistakes)
    what = _("The configuration {path} cannot be used:").format(path=home.config) + lines
    return Failure(what, _("Correct these settings and try again."), slug=error.code)


def _missing(error: HomeMissingError, home: Home) -> Failure:
    return Failure(
        _("There is no node in {path}.").format(path=error.path),
        _("Found one: rogatory init --home {home}").format(home=home.root),
        slug=error.code,
    )


def _exists(error: HomeExistsError, home: Home) -> Failure:
    what = _("{path} is not empty; nothing was changed.").format(path=error.path)
    return Failure(what, _("Choose another folder with --home."), slug=error.code)


def _open(error: HomeOpenError, home: Home) -> Failure:
    what = _("Other users can reach {path}.").format(path=error.path)
    return Failure(what, f"chmod go= {error.path}", slug=error.code)


def _locked(error: HomeLockedError, home: Home) -> Failure:
    what = _("The node in {home} is in use by process {pid}.").format(home=home.root, pid=error.pid or "?")
    return Failure(what, _("Stop that process first."), slug=error.code)


def _home(error: HomeError, home: Home) -> Failure:
    what = _("The path is too long for a socket: {path}").format(path=error.path)
    return Failure(what, _("Use a shorter path for the home."), slug=error.code)


def _home_key(error: HomeKeyError, home: Home) -> Failure:
    texts: Mapping[type[HomeKeyError], str] = {
        HomeKeyMissingError: later("The home key {path} is missing."),
        HomeKeyShapeError: later("The home key {path} does not have 32 bytes."),
        HomeKeyInsideError: later("The home key {path} lies in the home: a copy of the home would open itself."),
    }
    text = texts.get(type(error), later("The home key {path} cannot be used."))
    following = _("Name its file in {config}, keys.home_key_file, or give the credential rogatory-home-key.")
    return Failure(_(text).format(path=error.path or ""), following.format(config=home.config), slug=error.code)


def _own_key(error: OwnKeyError, home: Home) -> Failure:
    text = FAULTS.get(error.fault, later("The key file {path} is damaged."))
    return Failure(
        _(text).format(path=error.path), _("Check the home key, or restore the file from a backup."), slug=error.code
    )


def _key_file(error: KeyFileError, home: Home) -> Failure:
    if error.fault is KeyFileFault.WRONG_SECRET:
        return Failure(_("The passphrase is wrong, or the key file is damaged."), slug=error.code)
    return Failure(_("The key file cannot be used ({fault}).").format(fault=error.fault.value), slug=error.code)


def _clock(error: ClockError, home: Home) -> Failure:
    minutes = error.seconds // 60
    what = _("This machine's clock is {minutes} minutes behind what was already signed or received.")
    return Failure(what.format(minutes=minutes), _("Set the clock, then start again."), slug=error.code)


def _schema(error: SchemaError, home: Home) -> Failure:
    values = {"seen": error.seen or "-", "wanted": error.wanted}
    if error.newer:
        what = _("The database was written by a later program (revision {seen}; this one knows {wanted}).")
        return Failure(what.format(**values), _("Install the later version."), slug=error.code)
    what = _("The database is of an earlier program (revision {seen}; this one needs {wanted}).")
    following = _("Make a backup, then: rogatory migrate --home {home}").format(home=home.root)
    return Failure(what.format(**values), following, slug=error.code)


def _unsafe(error: UnsafeDatabaseError, home: Home) -> Failure:
    what = _("The database would lose what it acknowledged: {setting} is {seen}.")
    following = _("Set it to one of: {wanted}").format(wanted=", ".join(str(each) for each in error.wanted))
    return Failure(what.format(setting=error.setting, seen=error.seen), following, slug=error.code)


def _damaged(error: DamagedError, home: Home) -> Failure:
    what = _("Stored data is damaged: {where}.").format(where=error.where)
    following = _("See what else is: rogatory scrub --home {home}").format(home=home.root)
    return Failure(what, following, slug=error.code)


def _refused(error: RefusedError, home: Home) -> Failure:
    what = _("No other authority would accept such a statement ({code}: {what}).")
    return Failure(
        what.format(code=int(error.code), what=str(error)), _("Correct the names, country and roles."), slug="refused"
    )


def _system(error: OSError, home: Home) -> Failure:
    if error.errno in _NO_SPACE:
        return _full(error, home)
    place = error.filename or home.root
    what = _("The system refused {place}: {why}").format(place=place, why=why(error))
    return Failure(what, code=USAGE if isinstance(error, FileNotFoundError) else 1, slug="system")


def _full(error: BaseException, home: Home) -> Failure:
    what = _("There is no space left on the disk of {home}.").format(home=home.root)
    return Failure(what, _("Free some space and start again; nothing that was acknowledged is lost."), slug="disk-full")


def _port(error: PortError, home: Home) -> Failure:
    text = (
        later("Port {port} of {host} is in use by another program ({listener}).")
        if error.taken
        else later("The system refuses port {port} of {host} ({listener}).")
    )
    what = _(text).format(port=error.port, host=error.host, listener=error.listener)
    following = _("Choose another one in {config}, [{listener}].").format(config=home.config, listener=error.listener)
    return Failure(what, following, slug=error.code)


def _certificate(error: CertificateError, home: Home) -> Failure:
    what = _("The certificate {path} or its key is missing, damaged, or they do not belong together.")
    following = _("Restore both from a backup, or put new ones there.")
    return Failure(what.format(path=error.path), following, slug=error.code)


def _says(text: str, following: str, slug: str) -> Callable[[Any, Home], Failure]:
    return lambda error, home: Failure(_(text).format(home=home.root), _(following).format(home=home.root), slug=slug)


# The first kind that fits counts, so special ones stand before general ones.
_WORDS: Final[tuple[tuple[type[BaseException], Callable[[Any, Home], Failure]], ...]] = (
    (ConfigError, _config),
    (HomeMissingError, _missing),
    (HomeExistsError, _exists),
    (HomeOpenError, _open),
    (HomeLockedError, _locked),
    (HomeError, _home),
    (HomeKeyError, _home_key),
    (OwnKeyError, _own_key),
    (KeyFileError, _key_file),
    (ClockError, _clock),
    (
        NoAuthorityError,
        _says(
            later("The database holds no authority."),
            later("Check database.url, or found one: rogatory init --home {home}"),
            NoAuthorityError.code,
        ),
    ),
    (
        FoundedError,
        _says(
            later("The database already belongs to an authority; nothing was changed."),
            later("Give the new authority an empty database."),
            FoundedError.code,
        ),
    ),
    (SchemaError, _schema),
    (UnsafeDatabaseError, _unsafe),
    (
        WriterTakenError,
        _says(
            later("Another process writes to the database of {home}."),
            later("Stop that process first."),
            WriterTakenError.code,
        ),
    ),
    (StorageFullError, _full),
    (DamagedError, _damaged),
    (
        StorageFailedError,
        _says(
            later("The database of {home} failed or cannot be reached."),
            later("Check the disk and the database, then start again."),
            StorageFailedError.code,
        ),
    ),
    (
        StorageError,
        _says(later("The database of {home} cannot be used."), later("Check database.url."), StorageError.code),
    ),
    (PortError, _port),
    (CertificateError, _certificate),
    (RefusedError, _refused),
    (OSError, _system),
)
