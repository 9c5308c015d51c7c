"""The configuration of a node: one TOML file, read once, into frozen values.

* Every setting has a default or is named as missing; an unknown one is refused, because it is a misspelt known one.
* All mistakes are reported together, each with its setting and a reason that a catalogue can translate.
* No secret stands in the file: passwords and the home key are read from files or systemd credentials.
* Relative paths start at the home.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import quote, urlsplit

from rogatory_node.home import Home
from rogatory_node.i18n import LANGUAGES

T = TypeVar("T")


ENGINES: Final = ("sqlite", "postgresql")
HOME_KEY_CREDENTIAL: Final = "rogatory-home-key"
AID_BYTES: Final = 32


class Role(Enum):
    """What a node does. A registry is an authority with one more role."""

    AUTHORITY = "authority"
    REGISTRY = "registry"


class Reason(Enum):
    """Why a setting is refused."""

    NOT_TOML = "not-toml"
    UNKNOWN = "unknown"
    MISSING = "missing"
    TYPE = "type"
    VALUE = "value"
    SECRET = "secret"  # noqa: S105 - the name of a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One refused setting.

    Attributes:
        setting: Its name, as ``section.name``.
        reason: Why.
        wanted: What would be right, in the words of the format; empty when the reason says it all.
    """

    setting: str
    reason: Reason
    wanted: str = ""

    def __str__(self) -> str:
        """Return one line for the log."""
        return f"{self.setting}: {self.reason.value} {self.wanted}".rstrip()


class ConfigError(Exception):
    """The configuration cannot be used.

    Attributes:
        mistakes: All that is wrong, in the order of the settings.
    """

    code: ClassVar[str] = "config"

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        """Note the mistakes."""
        super().__init__("; ".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class _WrongError(Exception):
    """A check's refusal of one value."""

    def __init__(self, reason: Reason, wanted: str) -> None:
        super().__init__(wanted)
        self.reason = reason
        self.wanted = wanted


# --- Checks: each takes what TOML gave and returns the typed value --------------------------------------------------

Check = Callable[[Any], Any]


def _text(most: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise _WrongError(Reason.TYPE, "text")
        if not 1 <= len(value) <= most or any(ord(letter) < 32 for letter in value):
            raise _WrongError(Reason.VALUE, f"1 to {most} characters on one line")
        return value

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _WrongError(Reason.TYPE, "whole number")
        if not least <= value <= most:
            raise _WrongError(Reason.VALUE, f"{least} to {most}")
        return value

    return check


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongError(Reason.TYPE, "true or false")
    return value


def _path(value: Any) -> Path:
    return Path(_text(1_024)(value)).expanduser()


def _one_of(allowed: tuple[str, ...]) -> Check:
    def check(value: Any) -> str:
        if value not in allowed:
            raise _WrongError(Reason.VALUE, ", ".join(allowed))
        return str(value)

    return check


def _several(item: Check, most: int) -> Check:
    def check(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _WrongError(Reason.TYPE, "list")
        if len(value) > most:
            raise _WrongError(Reason.VALUE, f"at most {most}")
        return tuple(item(each) for each in value)

    return check


def _roles(value: Any) -> frozenset[Role]:
    names = _several(_one_of(tuple(role.value for role in Role)), len(Role))(value)
    roles = frozenset(Role(name) for name in names)
    if Role.AUTHORITY not in roles:
        raise _WrongError(Reason.VALUE, "authority, with or without registry")
    return roles


def _url(*schemes: str) -> Check:
    def check(value: Any) -> str:
        try:
            parts = urlsplit(_text(255)(value))
            usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise _WrongError(Reason.VALUE, " or ".join(f"{scheme}://…" for scheme in schemes))
        if parts.password is not None or parts.username is not None:
            raise _WrongError(Reason.SECRET, "no name or password")
        return str(value)

    return check


def _database_url(value: Any) -> str:
    text: str = _text(1_024)(value)
    try:
        parts = urlsplit(text)
        secret = parts.password is not None
    except ValueError:
        raise _WrongError(Reason.VALUE, "URL") from None
    if parts.scheme not in ENGINES:
        raise _WrongError(Reason.VALUE, " or ".join(f"{engine}://…" for engine in ENGINES))
    if secret:
        raise _WrongError(Reason.SECRET, "database.password_file")
    return text


def _aid(value: Any) -> bytes:
    text = _text(2 * AID_BYTES)(value)
    try:
        aid = bytes.fromhex(text)
    except ValueError:
        aid = b""
    if len(aid) != AID_BYTES:
        raise _WrongError(Reason.VALUE, f"{2 * AID_BYTES} hexadecimal digits")
    return aid


def _country(value: Any) -> str:
    text: str = _text(2)(value)
    if text != "*" and not (len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()):
        raise _WrongError(Reason.VALUE, "two capital letters, or *")
    return text


def _setting(check: Check, default: Any = MISSING) -> Any:
    options = {} if default is MISSING else {"default": default}
    return field(metadata={"check": check}, **options)


# --- The settings ---------------------------------------------------------------------------------------------------

_PORT: Final = _whole(0, 65_535)  # 0 lets the system choose: for tests and demonstrations
_HOST: Final = _text(255)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where other authorities' nodes reach this one: the only port that faces the Internet."""

    host: str = _setting(_HOST, "0.0.0.0")  # noqa: S104 - the one listener that is meant for strangers
    port: int = _setting(_PORT, 8443)
    # What stands in the card; empty for a node that only dials out. Eight is the card's own limit.
    urls: tuple[str, ...] = _setting(_several(_url("wss", "ws"), 8), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where officers reach the pages: inside the ministry, never on the link port."""

    host: str = _setting(_HOST, "127.0.0.1")
    port: int = _setting(_PORT, 8080)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Where a registry serves its log over HTTP; without the role nothing listens here."""

    host: str = _setting(_HOST, "0.0.0.0")  # noqa: S104 - applicants reach it before they can link
    port: int = _setting(_PORT, 8444)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where state is kept: a file in the home, or a PostgreSQL that several replicas share."""

    # None is node.db in the home. SQLAlchemy's form: sqlite:////absolute/file, postgresql://user@host/name.
    url: str | None = field(default=None, metadata={"check": _database_url})
    password_file: Path | None = field(default=None, metadata={"check": _path})


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where the home key comes from: this file, else the systemd credential."""

    home_key_file: Path | None = field(default=None, metadata={"check": _path})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What one peer may use in a day (B.18); generous for a State, tight for a flood."""

    letters_a_day: int = _setting(_whole(1, 10_000_000), 10_000)
    # Three times the letters: re-sealing after a lost key is normal, endless offering is not.
    offers_a_day: int = _setting(_whole(1, 30_000_000), 30_000)
    attachment_gib_a_day: int = _setting(_whole(1, 1_000_000), 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A registry whose log this node replays, and for which countries its admissions count here (B.6.4)."""

    aid: bytes = _setting(_aid)
    url: str = _setting(_url("https", "http"))
    scope: tuple[str, ...] = _setting(_several(_country, 300), ("*",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of a node."""

    name: str = _setting(_text(200))  # as in the statement, B.5
    language: str = _setting(_one_of(LANGUAGES), "en")
    roles: frozenset[Role] = _setting(_roles, frozenset({Role.AUTHORITY}))
    # Dialling an address inside the ministry because a peer's card names it is how a peer would map that network.
    allow_private_addresses: bool = _setting(_yes_or_no, False)
    # None is the folder in the home; another volume keeps a flood of attachments from filling the database's.
    blobs: Path | None = field(default=None, metadata={"check": _path})
    link: Link = field(default_factory=Link)
    desk: Desk = field(default_factory=Desk)
    registry: Registry = field(default_factory=Registry)
    database: Database = field(default_factory=Database)
    keys: Keys = field(default_factory=Keys)
    quotas: Quotas = field(default_factory=Quotas)
    follow: tuple[Followed, ...] = ()


_SECTIONS: Final[Mapping[str, type[Any]]] = {
    "link": Link,
    "desk": Desk,
    "registry": Registry,
    "database": Database,
    "keys": Keys,
    "quotas": Quotas,
}


# --- Reading --------------------------------------------------------------------------------------------------------


def load(home: Home) -> Config:
    """Read the configuration of a home.

    Raises:
        ConfigError: It is missing or wrong; the error holds every mistake.
    """
    try:
        text = home.config.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError((Mistake(setting=home.config.name, reason=Reason.MISSING),)) from None
    except UnicodeDecodeError:
        raise ConfigError((Mistake(setting=home.config.name, reason=Reason.NOT_TOML, wanted="UTF-8"),)) from None
    return parse(text)


def parse(text: str) -> Config:
    """Read a configuration from the text of its file.

    Raises:
        ConfigError: It is wrong; the error holds every mistake.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((Mistake(setting="node.toml", reason=Reason.NOT_TOML, wanted=str(error)),)) from None
    mistakes: list[Mistake] = []
    values = _plain(Config, found, "", mistakes)
    for name, section in _SECTIONS.items():
        values[name] = _section(section, found.get(name, {}), name, mistakes)
    values["follow"] = _followed(found.get("follow", []), mistakes)
    if mistakes:
        raise ConfigError(tuple(mistakes))
    return Config(**values)


def database_url(config: Config, home: Home) -> str:
    """Return the URL of the database, with the password from its file when there is one.

    Raises:
        ConfigError: The password file cannot be read.
    """
    url = config.database.url or f"sqlite:///{home.database.absolute()}"
    if config.database.password_file is None:
        return url
    try:
        password = (home.root / config.database.password_file).read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        mistake = Mistake(setting="database.password_file", reason=Reason.VALUE, wanted=error.strerror or "")
        raise ConfigError((mistake,)) from None
    scheme, _, rest = url.partition("://")
    user, at, place = rest.partition("@")
    return f"{scheme}://{user}:{quote(password, safe='')}@{place}" if at else url


def blobs_folder(config: Config, home: Home) -> Path:
    """Return the folder of attachments."""
    return home.root / config.blobs if config.blobs else home.blobs


def home_key_path(config: Config, home: Home, environ: Mapping[str, str]) -> Path | None:
    """Return the file that holds the home key: the configured one, else the systemd credential, else None."""
    if config.keys.home_key_file is not None:
        return home.root / config.keys.home_key_file
    folder = environ.get("CREDENTIALS_DIRECTORY")
    credential = Path(folder) / HOME_KEY_CREDENTIAL if folder else None
    return credential if credential is not None and credential.is_file() else None


def _section(section: type[T], found: Any, name: str, mistakes: list[Mistake]) -> T | None:
    """Read a section, or note what is wrong and return None."""
    if not isinstance(found, dict):
        mistakes.append(Mistake(setting=name, reason=Reason.TYPE, wanted="table"))
        return None
    before = len(mistakes)
    values = _plain(section, found, f"{name}.", mistakes)
    return section(**values) if len(mistakes) == before else None


def _followed(found: Any, mistakes: list[Mistake]) -> tuple[Followed | None, ...]:
    if not isinstance(found, list):
        mistakes.append(Mistake(setting="follow", reason=Reason.TYPE, wanted="list of tables"))
        return ()
    return tuple(_section(Followed, each, f"follow[{n}]", mistakes) for n, each in enumerate(found))


def _plain(section: type[Any], found: Mapping[str, Any], prefix: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """Check the settings of one table; those without a check are sections of their own."""
    known: dict[str, Field[Any]] = {each.name: each for each in fields(section)}
    for name in found.keys() - known.keys():
        mistakes.append(Mistake(setting=prefix + name, reason=Reason.UNKNOWN))
    values: dict[str, Any] = {}
    for name, each in known.items():
        check: Check | None = each.metadata.get("check")
        if check is None:
            continue
        if name in found:
            try:
                values[name] = check(found[name])
            except _WrongError as wrong:
                mistakes.append(Mistake(setting=prefix + name, reason=wrong.reason, wanted=wrong.wanted))
        elif each.default is MISSING:
            mistakes.append(Mistake(setting=prefix + name, reason=Reason.MISSING))
    return values
