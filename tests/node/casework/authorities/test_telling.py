"""Entries as plain values."""

import json
from datetime import date

from rogatory_node.casework.authorities.directory import practice
from rogatory_node.casework.authorities.telling import short, whole


def test_an_entry_is_json_and_says_who_said_it_and_when_it_was_verified() -> None:
    for each in practice():
        told = whole(each, date(2030, 1, 1))
        assert json.loads(json.dumps(told)) == told
        assert told["entry"]["id"] == told["id"]
        assert (told["voice"], told["due"]) == ("practice", "fresh")
        assert short(each, date(2030, 1, 1)).items() <= told.items()
