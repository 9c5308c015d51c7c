"""Checks of single settings; what a whole file gives is tested with the configuration."""

import pytest

from rogatory_node.config import checks as c

AID = "ab" * 32


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        (c.text(5), "XA", "XA"),
        (c.whole(1, 3), 3, 3),
        (c.yes_or_no, True, True),
        (c.one_of(("a", "b")), "b", "b"),
        (c.several(c.whole(0, 9), 2), [1, 2], (1, 2)),
        (c.url("https"), "https://a.example/", "https://a.example/"),
        (c.origin, "https://desk.example:8443", "https://desk.example:8443"),
        (c.aid, AID, bytes.fromhex(AID)),
        (c.country, "*", "*"),
        (c.name(5), "duty", "duty"),
        (c.hours, "Mon 08:00-09:00", "Mon 08:00-09:00"),
        (c.zone, "UTC", "UTC"),
    ],
)
def test_what_is_right_passes(check: c.Check, value: object, expected: object) -> None:
    assert check(value) == expected


@pytest.mark.parametrize(
    ("check", "value", "reason"),
    [
        (c.text(5), "a\nb", c.Reason.VALUE),
        (c.text(5), 7, c.Reason.TYPE),
        (c.whole(1, 3), 4, c.Reason.VALUE),
        (c.whole(0, 1), True, c.Reason.TYPE),
        (c.yes_or_no, 1, c.Reason.TYPE),
        (c.one_of(("a", "b")), "c", c.Reason.VALUE),
        (c.several(c.whole(0, 9), 2), [1, 2, 3], c.Reason.VALUE),
        (c.origin, "https://desk.example/", c.Reason.VALUE),
        (c.origin, "https://Desk.example", c.Reason.VALUE),
        (c.url("https"), "https://me:secret@a.example/", c.Reason.SECRET),
        (c.url("https"), "http://a.example/", c.Reason.VALUE),
        (c.database_url, "postgresql://me:secret@a.example/", c.Reason.SECRET),
        (c.aid, AID[2:], c.Reason.VALUE),
        (c.country, "xa", c.Reason.VALUE),
        (c.name(5), "a b", c.Reason.VALUE),
        (c.hours, "at night", c.Reason.VALUE),
        (c.zone, "Nowhere", c.Reason.VALUE),
    ],
)
def test_what_is_wrong_is_refused_without_repeating_it(check: c.Check, value: object, reason: c.Reason) -> None:
    with pytest.raises(c.WrongError) as caught:
        check(value)
    assert caught.value.reason is reason
    assert "secret" not in str(caught.value)
