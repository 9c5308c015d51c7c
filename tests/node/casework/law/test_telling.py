"""Findings as plain values."""

import json
from datetime import date

from rogatory_node.casework.law import telling
from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.finder import Query, find

AT = date(2026, 11, 24)


def test_a_finding_is_json_with_days_and_sources() -> None:
    query = Query(requesting="XA", requested="XB", type="data.preserve", at=AT, crime="cybercrime")
    told = telling.found(find(shipped(), query), "ar")
    assert json.loads(json.dumps(told)) == told
    (first, second, *_) = told["bases"]
    assert first["title"] == "اتفاقية المضيقين للمساعدة القضائية"
    assert (second["as_of"], second["checked"], second["since"]) == ("2026-11-24", False, "2014-11-01")
    assert second["sources"]


def test_an_instrument_is_told_with_parties_articles_and_statements() -> None:
    corpus = shipped()
    told = telling.instrument(corpus, corpus.instruments["BC"], ["data.preserve", "transit"], AT, "en")
    assert list(told["articles"]) == ["data.preserve"]
    assert {each["state"]: each["status"] for each in told["parties"]}["XD"] == "ended"
    assert {each["effect"] for each in told["statements"]} == {"DUAL_CRIM_RESERVED", "EXCLUDES", "NO_NATIONALS"}
