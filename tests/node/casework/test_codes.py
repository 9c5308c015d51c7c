import pytest

from rogatory_node.casework import codes
from rogatory_node.casework.life.states import STATES
from rogatory_node.i18n import translate

TABLES = (
    codes.OUTCOMES,
    codes.POSTPONEMENTS,
    codes.CONDITIONS,
    codes.GRADES,
    codes.CLOSURES,
    codes.DELAYS,
    codes.HANDLING,
    codes.CRIME_TYPES,
)


def test_every_code_has_label_and_source() -> None:
    assert all(row.label and row.source and key == row.code for table in TABLES for key, row in table.items())


def test_outcomes_lead_to_states_and_conditions_to_labels() -> None:
    assert {row.state for row in codes.OUTCOMES.values()} <= STATES.keys()
    assert {label for row in codes.CONDITIONS.values() for label in row.labels} <= codes.HANDLING.keys()


def test_grades_ask_for_what_shows_them() -> None:
    assert codes.grade_lacks({"grade": "TIME_CRITICAL", "reasons": "hearing"}) == ("deadline",)
    assert codes.grade_lacks({"grade": "EMERGENCY"}) == ("reasons",)
    assert codes.grade_lacks({}) == codes.grade_lacks({"grade": "no such grade"}) == ()
    assert [row.urg for row in codes.GRADES.values()] == [3, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("language", "emergency", "piracy"),
    [
        ("fr", "Urgence vitale", "Piraterie et criminalité maritime"),
        ("es", "Emergencia", "Piratería y delitos marítimos"),
        ("ar", "طارئ", "القرصنة والجرائم البحرية"),
        ("ru", "Чрезвычайный", "Пиратство и преступления на море"),
        ("zh", "紧急(危及生命)", "海盗及海上犯罪"),
    ],
)
def test_labels_are_the_words_of_the_field(language: str, emergency: str, piracy: str) -> None:
    assert translate(codes.GRADES["EMERGENCY"].label, language) == emergency
    assert translate(codes.CRIME_TYPES["piracy_maritime"].label, language) == piracy


def test_there_are_fifteen_crime_types_and_another() -> None:
    assert len(codes.CRIME_TYPES) == 16
