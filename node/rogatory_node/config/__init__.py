"""The configuration of a node: one TOML file, read once, into frozen values.

* Every setting has a default or is named as missing; an unknown one is refused, because it is a misspelt known one.
* All mistakes are reported together, each with its setting and a reason that a catalogue can translate.
* No secret stands in the file: passwords and the home key are read from files or systemd credentials.
* Relative paths start at the home.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import quote

from rogatory_node.config import checks as c
from rogatory_node.config.checks import Reason
from rogatory_node.config.hours import ALWAYS
from rogatory_node.home import Home
from rogatory_node.i18n import LANGUAGES

T = TypeVar("T")


HOME_KEY_CREDENTIAL: Final = "rogatory-home-key"
MIN_SECRET_BYTES: Final = 32


class Role(Enum):
    """What a node does. A registry is an authority with one more role."""

    AUTHORITY = "authority"
    REGISTRY = "registry"


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


def _roles(value: Any) -> frozenset[Role]:
    names = c.several(c.one_of(tuple(role.value for role in Role)), len(Role))(value)
    roles = frozenset(Role(name) for name in names)
    if Role.AUTHORITY not in roles:
        raise c.WrongError(Reason.VALUE, "authority, with or without registry")
    return roles


def _setting(check: c.Check, default: Any = MISSING) -> Any:
    options = {} if default is MISSING else {"default": default}
    return field(metadata={"check": check}, **options)


# --- The settings ---------------------------------------------------------------------------------------------------

_PORT: Final = c.whole(0, 65_535)  # 0 lets the system choose: for tests and demonstrations
_HOST: Final = c.text(255)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where other authorities' nodes reach this one: the only port that faces the Internet."""

    host: str = _setting(_HOST, "0.0.0.0")  # noqa: S104 - the one listener that is meant for strangers
    port: int = _setting(_PORT, 8443)
    # What stands in the card; empty for a node that only dials out. Eight is the card's own limit.
    urls: tuple[str, ...] = _setting(c.several(c.url("wss", "ws"), 8), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where officers reach the pages: inside the ministry, never on the link port."""

    host: str = _setting(_HOST, "127.0.0.1")
    port: int = _setting(_PORT, 8080)
    # A page without sign-in that shows who writes to whom, and nothing of what: for demonstrations.
    status_page: bool = _setting(c.yes_or_no, False)
    # As browsers write it, when a proxy with a certificate stands before the pages; otherwise this computer alone.
    origin: str | None = _setting(c.origin, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Where a registry serves its log over HTTP; without the role nothing listens here."""

    host: str = _setting(_HOST, "0.0.0.0")  # noqa: S104 - applicants reach it before they can link
    port: int = _setting(_PORT, 8444)
    # Where copies of our log are published: asked for what a restored backup has lost.
    mirrors: tuple[str, ...] = _setting(c.several(c.url("https", "http"), 16), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where state is kept: a file in the home, or a PostgreSQL that several replicas share."""

    # None is node.db in the home. SQLAlchemy's form: sqlite:////absolute/file, postgresql://user@host/name.
    url: str | None = field(default=None, metadata={"check": c.database_url})
    password_file: Path | None = field(default=None, metadata={"check": c.path})


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where the home key comes from: this file, else the systemd credential."""

    home_key_file: Path | None = field(default=None, metadata={"check": c.path})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What one peer may use in a day (B.18); generous for a State, tight for a flood."""

    letters_a_day: int = _setting(c.whole(1, 10_000_000), 10_000)
    # Three times the letters: re-sealing after a lost key is normal, endless offering is not.
    offers_a_day: int = _setting(c.whole(1, 30_000_000), 30_000)
    attachment_gib_a_day: int = _setting(c.whole(1, 1_000_000), 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """What is given to a peer that lost it by a restore (B.12.4)."""

    # Of a letter older than this an officer decides: who has stolen a node key must not fetch the whole past.
    served_days: int = _setting(c.whole(0, 30), 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A registry whose log this node replays, and for which countries its admissions count here (B.6.4)."""

    aid: bytes = _setting(c.aid)
    url: str = _setting(c.url("https", "http"))
    scope: tuple[str, ...] = _setting(c.several(c.country, 300), ("*",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way to reach a point of contact."""

    kind: str = _setting(c.name(32))  # phone, mail, pager …
    value: str = _setting(c.text(200))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A point of contact as the card shows it to members: a role, never a person (B.7)."""

    role: str = _setting(c.name(64))
    languages: tuple[str, ...] = _setting(c.several(c.name(35), 16), ())
    hours: str = _setting(c.hours, ALWAYS)
    zone: str = _setting(c.zone, "UTC")
    channel: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """How many persons approve letters of a type and grade; of several that fit the strictest counts."""

    type: str = _setting(c.text(64), "*")  # extradition, data.* or *
    grade: str = _setting(c.text(64), "*")
    persons: int = _setting(c.whole(1, 8))  # as many as a letter can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Who is told that something happened: a program of this ministry, named here and nowhere else."""

    url: str = _setting(c.url("https", "http"))
    secret_file: Path = field(metadata={"check": c.path})  # what signs what is sent; at least 32 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of a node."""

    name: str = _setting(c.text(200))  # as in the statement, B.5
    language: str = _setting(c.one_of(LANGUAGES), "en")
    roles: frozenset[Role] = _setting(_roles, frozenset({Role.AUTHORITY}))
    # Dialling an address inside the ministry because a peer's card names it is how a peer would map that network.
    allow_private_addresses: bool = _setting(c.yes_or_no, False)
    # What this node dials goes through this HTTP proxy, which must allow CONNECT to the ports of others' nodes.
    proxy: str | None = field(default=None, metadata={"check": c.url("http", "https")})
    # None is the folder in the home; another volume keeps a flood of attachments from filling the database's.
    blobs: Path | None = field(default=None, metadata={"check": c.path})
    link: Link = field(default_factory=Link)
    desk: Desk = field(default_factory=Desk)
    registry: Registry = field(default_factory=Registry)
    database: Database = field(default_factory=Database)
    keys: Keys = field(default_factory=Keys)
    quotas: Quotas = field(default_factory=Quotas)
    restore: Restore = field(default_factory=Restore)
    follow: tuple[Followed, ...] = ()
    contact: tuple[Contact, ...] = ()
    approval: tuple[Approval, ...] = ()
    webhook: tuple[Webhook, ...] = ()


_SECTIONS: Final[Mapping[str, type[Any]]] = {
    "link": Link,
    "desk": Desk,
    "registry": Registry,
    "database": Database,
    "keys": Keys,
    "quotas": Quotas,
    "restore": Restore,
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
    values["follow"] = _tables(Followed, found, "follow", 64, mistakes)
    values["contact"] = _contacts(found, mistakes)
    values["approval"] = _tables(Approval, found, "approval", 64, mistakes)
    values["webhook"] = _tables(Webhook, found, "webhook", 8, mistakes)
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


def webhook_secret(webhook: Webhook, home: Home) -> bytes:
    """Return what signs what is sent to a webhook.

    Raises:
        ConfigError: The file cannot be read, or is too short.
    """
    try:
        secret = (home.root / webhook.secret_file).read_bytes().strip()
    except OSError as error:
        mistake = Mistake(setting="webhook.secret_file", reason=Reason.VALUE, wanted=error.strerror or "")
        raise ConfigError((mistake,)) from None
    if len(secret) < MIN_SECRET_BYTES:
        wanted = f"at least {MIN_SECRET_BYTES} characters"
        raise ConfigError((Mistake(setting="webhook.secret_file", reason=Reason.VALUE, wanted=wanted),))
    return secret


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


def _tables(
    section: type[T], found: Mapping[str, Any], name: str, most: int, mistakes: list[Mistake], prefix: str = ""
) -> tuple[T | None, ...]:
    """Read an array of tables, each a section."""
    tables = found.get(name, [])
    if not isinstance(tables, list) or len(tables) > most:
        mistakes.append(Mistake(setting=prefix + name, reason=Reason.TYPE, wanted=f"list of at most {most} tables"))
        return ()
    return tuple(_section(section, each, f"{prefix}{name}[{n}]", mistakes) for n, each in enumerate(tables))


def _contacts(found: Mapping[str, Any], mistakes: list[Mistake]) -> tuple[Contact | None, ...]:
    """Read the points of contact, each with its channels."""
    contacts = _tables(Contact, found, "contact", 64, mistakes)
    read = []
    for n, contact in enumerate(contacts):
        channels = _tables(Channel, found["contact"][n], "channel", 16, mistakes, f"contact[{n}].") if contact else ()
        whole = tuple(channel for channel in channels if channel is not None)
        read.append(contact and replace(contact, channel=whole))
    return tuple(read)


def _plain(section: type[Any], found: Mapping[str, Any], prefix: str, mistakes: list[Mistake]) -> dict[str, Any]:
    """Check the settings of one table; those without a check are sections of their own."""
    known: dict[str, Field[Any]] = {each.name: each for each in fields(section)}
    for name in found.keys() - known.keys():
        mistakes.append(Mistake(setting=prefix + name, reason=Reason.UNKNOWN))
    values: dict[str, Any] = {}
    for name, each in known.items():
        check: c.Check | None = each.metadata.get("check")
        if check is None:
            continue
        if name in found:
            try:
                values[name] = check(found[name])
            except c.WrongError as wrong:
                mistakes.append(Mistake(setting=prefix + name, reason=wrong.reason, wanted=wrong.wanted))
        elif each.default is MISSING:
            mistakes.append(Mistake(setting=prefix + name, reason=Reason.MISSING))
    return values
