"""The configuration file."""

from pathlib import Path

import pytest

from rogatory_node.config import (
    Config,
    ConfigError,
    Mistake,
    Reason,
    Role,
    blobs_folder,
    database_url,
    home_key_path,
    load,
    parse,
)
from rogatory_node.home import Home, write_private

AID = "ab" * 32
WHOLE = f"""
name = "Central Authority of XA"
language = "fr"
roles = ["authority", "registry"]
allow_private_addresses = true
blobs = "/srv/blobs"

[link]
host = "192.0.2.1"
port = 443
urls = ["wss://xa.example:443/"]

[desk]
port = 9000

[registry]
port = 9001

[database]
url = "postgresql://rogatory@db.example/rogatory"
password_file = "secret"

[keys]
home_key_file = "/etc/rogatory/home.key"

[quotas]
letters_a_day = 5

[[follow]]
aid = "{AID}"
url = "https://registry.example/"
scope = ["XA", "XB"]
"""


def mistakes_in(text: str) -> list[tuple[str, Reason]]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return [(mistake.setting, mistake.reason) for mistake in caught.value.mistakes]


def test_a_name_is_enough() -> None:
    config = parse('name = "XA"')
    assert Config(name="XA") == config
    assert frozenset({Role.AUTHORITY}) == config.roles
    assert config.desk.host == "127.0.0.1"
    assert config.allow_private_addresses is False
    assert config.quotas.letters_a_day == 10_000
    assert config.restore.served_days == 7


def test_every_setting_is_read() -> None:
    config = parse(WHOLE)
    assert config.language == "fr"
    assert frozenset(Role) == config.roles
    assert config.allow_private_addresses is True
    assert (config.link.port, config.desk.port, config.registry.port) == (443, 9000, 9001)
    assert config.link.urls == ("wss://xa.example:443/",)
    assert config.quotas.letters_a_day == 5
    assert (bytes.fromhex(AID), ("XA", "XB")) == (config.follow[0].aid, config.follow[0].scope)


def test_all_mistakes_are_reported_together() -> None:
    text = """
        language = "tlh"
        colour = "blue"
        link = 3
        [desk]
        port = 70000
        [quotas]
        letters_a_day = "many"
        [[follow]]
        aid = "00"
    """
    assert mistakes_in(text) == [
        ("colour", Reason.UNKNOWN),
        ("name", Reason.MISSING),
        ("language", Reason.VALUE),
        ("link", Reason.TYPE),
        ("desk.port", Reason.VALUE),
        ("quotas.letters_a_day", Reason.TYPE),
        ("follow[0].aid", Reason.VALUE),
        ("follow[0].url", Reason.MISSING),
    ]


@pytest.mark.parametrize(
    ("line", "setting", "reason"),
    [
        ("roles = ['registry']", "roles", Reason.VALUE),
        ("roles = ['king']", "roles", Reason.VALUE),
        ("roles = 'authority'", "roles", Reason.TYPE),
        ("allow_private_addresses = 1", "allow_private_addresses", Reason.TYPE),
        ("blobs = 3", "blobs", Reason.TYPE),
        ("link.port = true", "link.port", Reason.TYPE),
        ("link.port = -1", "link.port", Reason.VALUE),
        ("link.urls = ['https://xa.example']", "link.urls", Reason.VALUE),
        ("link.urls = ['wss://']", "link.urls", Reason.VALUE),
        ("link.urls = ['wss://xa.example:99999']", "link.urls", Reason.VALUE),
        ("link.urls = ['wss://name:word@xa.example']", "link.urls", Reason.SECRET),
        (
            "link.urls = ['wss://a','wss://a','wss://a','wss://a','wss://a','wss://a','wss://a','wss://a','wss://a']",
            "link.urls",
            Reason.VALUE,
        ),
        ("link.speed = 1", "link.speed", Reason.UNKNOWN),
        ("database.url = 'oracle://x'", "database.url", Reason.VALUE),
        ("database.url = 'postgresql://name:word@host/db'", "database.url", Reason.SECRET),
        ("restore.served_days = 31", "restore.served_days", Reason.VALUE),
        ("quotas.letters_a_day = 0", "quotas.letters_a_day", Reason.VALUE),
        ("follow = 1", "follow", Reason.TYPE),
        ("follow = [1]", "follow[0]", Reason.TYPE),
        (f"follow = [{{aid = '{AID}', url = 'https://r', scope = ['xa']}}]", "follow[0].scope", Reason.VALUE),
        (f"follow = [{{aid = '{AID}', url = 'ftp://r'}}]", "follow[0].url", Reason.VALUE),
    ],
)
def test_a_wrong_setting_is_named(line: str, setting: str, reason: Reason) -> None:
    assert [(setting, reason)] == mistakes_in(f"name = 'XA'\n{line}")


@pytest.mark.parametrize("name", ["''", f"'{'x' * 201}'", '"a\\nb"'])
def test_a_name_that_breaks_a_line_or_a_limit_is_refused(name: str) -> None:
    assert mistakes_in(f"name = {name}") == [("name", Reason.VALUE)]


def test_what_is_not_toml_is_refused() -> None:
    assert mistakes_in("name = ") == [("node.toml", Reason.NOT_TOML)]


def test_a_mistake_never_shows_the_value() -> None:
    """A password typed into a URL must not come out in a log."""
    with pytest.raises(ConfigError) as caught:
        parse("name = 'XA'\ndatabase.url = 'postgresql://name:hunter2@host/db'")
    assert "hunter2" not in str(caught.value)


def test_the_file_of_a_home_is_read(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    with pytest.raises(ConfigError) as caught:
        load(home)
    assert (Mistake(setting="node.toml", reason=Reason.MISSING),) == caught.value.mistakes
    write_private(home.config, WHOLE.encode())
    assert parse(WHOLE) == load(home)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    write_private(tmp_path / "node.toml", b"\xff")
    with pytest.raises(ConfigError) as caught:
        load(Home(root=tmp_path))
    assert caught.value.mistakes[0].reason == Reason.NOT_TOML


def test_places_default_to_the_home(tmp_path: Path) -> None:
    home, config = Home(root=tmp_path), parse("name = 'XA'")
    assert f"sqlite:///{tmp_path}/node.db" == database_url(config, home)
    assert tmp_path / "blobs" == blobs_folder(config, home)
    assert home_key_path(config, home, {}) is None


def test_configured_places_win(tmp_path: Path) -> None:
    home, config = Home(root=tmp_path), parse(WHOLE)
    assert Path("/srv/blobs") == blobs_folder(config, home)
    assert tmp_path / "rel" == blobs_folder(parse("name = 'XA'\nblobs = 'rel'"), home)
    assert Path("/etc/rogatory/home.key") == home_key_path(config, home, {"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    with pytest.raises(ConfigError):
        database_url(parse(WHOLE), home)
    write_private(tmp_path / "secret", b"p@ss:w/rd\n")
    assert database_url(parse(WHOLE), home) == "postgresql://rogatory:p%40ss%3Aw%2Frd@db.example/rogatory"


def test_the_home_key_may_be_a_credential(tmp_path: Path) -> None:
    home, config = Home(root=tmp_path), parse("name = 'XA'")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert home_key_path(config, home, environ) is None
    write_private(tmp_path / "rogatory-home-key", bytes(32))
    assert tmp_path / "rogatory-home-key" == home_key_path(config, home, environ)


CONTACT = """
name = "XA"

[[contact]]
role = "duty"
languages = ["en", "fr"]
hours = "Mon-Fri 08:00-17:00"
zone = "Africa/Abidjan"

[[contact.channel]]
kind = "phone"
value = "+0 12 34"

[[contact.channel]]
kind = "mail"
value = "duty@xa.example"

[[contact]]
role = "night"
"""


def test_points_of_contact_are_read() -> None:
    duty, night = parse(CONTACT).contact
    assert (duty.role, duty.languages, duty.hours, duty.zone) == (
        "duty",
        ("en", "fr"),
        "Mon-Fri 08:00-17:00",
        "Africa/Abidjan",
    )
    assert [(each.kind, each.value) for each in duty.channel] == [("phone", "+0 12 34"), ("mail", "duty@xa.example")]
    assert (night.hours, night.zone, night.channel) == ("24/7", "UTC", ())


def test_mistakes_in_contacts_name_the_contact() -> None:
    text = CONTACT.replace("Africa/Abidjan", "Nowhere") + '\n[[contact.channel]]\nkind = "a b"\nvalue = "x"\n'
    assert mistakes_in(text) == [
        ("contact[0].zone", Reason.VALUE),
        ("contact[1].channel[0].kind", Reason.VALUE),
    ]
    assert mistakes_in('name = "XA"\ncontact = 5') == [("contact", Reason.TYPE)]
    assert mistakes_in('name = "XA"\n[[contact]]\nrole = "a"\nchannel = 5') == [("contact[0].channel", Reason.TYPE)]


def test_rules_of_approval_are_read() -> None:
    text = 'name = "XA"\n[[approval]]\ntype = "data.*"\npersons = 2\n[[approval]]\ngrade = "ROUTINE"\npersons = 3\n'
    assert [(each.type, each.grade, each.persons) for each in parse(text).approval] == [
        ("data.*", "*", 2),
        ("*", "ROUTINE", 3),
    ]
    assert mistakes_in('name = "XA"\n[[approval]]\npersons = 9') == [("approval[0].persons", Reason.VALUE)]
