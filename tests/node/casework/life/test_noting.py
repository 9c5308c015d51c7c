from rogatory_node.casework.life import noting


def test_a_request_notes_dates_of_the_measure_before_those_of_the_whole() -> None:
    form = {"urgency": {"deadline": "2030-01-01"}, "latest": "2030-02-02"}
    found = noting.of_request(form, {"latest": "2030-03-03", "slots": [{"start": "2030-04-04T00:00:00Z"}]}, 5)
    assert found == {"deadline": "2030-01-01", "serve_by": "2030-03-03", "hearing": "2030-04-04T00:00:00Z"}


def test_how_long_a_provider_keeps_data_counts_from_the_request() -> None:
    assert noting.of_request({}, {"custodian": {"retention_days": 2}}, 100)["retention_after"] == 100 + 2 * 86_400
    for wrong in (-1, 10**9, True, "2"):
        assert noting.of_request({}, {"custodian": {"retention_days": wrong}}, 100) == {}


def test_which_data_are_wanted_is_noted() -> None:
    found = noting.of_request({"data": [{"categories": ["traffic", "x"]}, 7]}, {}, 9)
    assert found == {"wants_traffic": 9}
    assert noting.of_request({"without_technical_help": True}, {}, 9) == {"notice": 9}


def test_later_letters_name_dates_and_leave_marks() -> None:
    own = {"slot": {"start": "2030-03-01"}}
    form = {"slot": {"start": "2030-02-01"}}
    assert noting.of_letter("hearing.confirm", {}, form, 7) == {"hearing": "2030-02-01"}
    assert noting.of_letter("hearing.confirm", own, form, 7) == {"hearing": "2030-03-01"}
    assert noting.of_letter("arrest.notice", {"consent": False}, {}, 8) == {"consent_told": 8}
    assert noting.of_letter("feedback", {}, {"at": "x"}, 9) == {}


def test_what_is_no_date_is_not_noted() -> None:
    assert noting.of_request({"latest": {"x": 1}, "urgency": "soon", "window": [], "slots": []}, {}, 1) == {}
    assert noting.of_request({"latest": "x" * 101, "return_date": ""}, {}, 1) == {}
