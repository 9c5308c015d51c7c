"""Entries in words."""

import enum
import typing

import msgspec

from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import practice
from rogatory_node.casework.authorities.titles import CODES, FIELDS, lines
from rogatory_node.casework.law.records import Record
from rogatory_node.i18n import LANGUAGES


def structs() -> list[type[Record]]:
    return [
        each for each in vars(e).values() if isinstance(each, type) and issubclass(each, Record) and each is not Record
    ]


def test_every_field_has_a_title_and_every_title_a_field() -> None:
    assert {field.name for each in structs() for field in msgspec.structs.fields(each)} == FIELDS.keys()


def test_every_code_has_a_meaning() -> None:
    for each in structs():
        for name, kind in typing.get_type_hints(each).items():
            inner = [kind, *typing.get_args(kind)]
            for one in (one for one in inner if isinstance(one, type) and issubclass(one, enum.StrEnum)):
                assert set(one) == CODES[name].keys(), (each, name)


def test_an_entry_is_told_in_every_language() -> None:
    for language in LANGUAGES:
        for each in practice():
            assert list(lines(e.plain(each.entry), language))
    (first, *_) = practice()
    told = "\n".join(lines(e.plain(first.entry), "fr"))
    assert "Adresse postale: 12 Harbour Street" in told
    assert "Nom: Autorité centrale de Xarandie" in told
    assert "Possible: oui" in told
