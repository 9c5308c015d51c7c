"""Field tables take exactly what they name."""

import pytest

from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.rcbor import Value

TABLE: f.Table = {"n": f.uint(1, 9), "x": f.extension}


@pytest.mark.parametrize("value", [{}, {"n": 1}, {"n": 1, "x": {}, "y": 0}, [], None, {"n": 0, "x": {}}])
def test_maps_hold_exactly_their_keys(value: Value) -> None:
    assert f.take({"n": 1, "x": {"later": 7}}, TABLE, "map") == {"n": 1, "x": {"later": 7}}
    with pytest.raises(RefusedError) as caught:
        f.take(value, TABLE, "map")
    assert caught.value.code is Code.MALFORMED


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (f.uint(1, 2), [1, 2], [0, 3, True, False, "1", None]),
        (f.uint(), [0, 2**64 - 1], [2**64]),
        (f.b(2), [b"ab"], [b"a", b"abc", "ab"]),
        (f.data(2), [b"", b"ab"], [b"abc"]),
        (f.text(2), ["a", "\u00e9"], ["", "abc", "\u00e9a", b"a"]),
        (f.ascii_name(20), ["application/json", "en", "a.b+c"], ["", " a", "\u202eab", "a\n", "\u0430"]),
        (f.array(f.uint(), 1, 2), [[1], [1, 2]], [[], [1, 2, 3], [b""], 1]),
        (f.mapping(f.text(2), f.uint(), 1), [{}, {"a": 1}], [{"abc": 1}, {"a": b""}, {"a": 1, "b": 2}, []]),
        (f.nullable(f.uint(1)), [None, 1], [0, False]),
        (f.const(1), [1], [True, 2, "1", None]),
        (f.const("card"), ["card"], ["Card", b"card"]),
        (f.table({"a": f.uint(1)}), [{"a": 1}], [{"a": 0}, {}]),
        (f.extension, [{}, {"a": bytes(4_000)}], [{"a": bytes(4_096)}, [], None]),
    ],
)
def test_ENC_10_checks_take_their_type_and_size_only(check: f.Check, good: list[Value], bad: list[Value]) -> None:
    for value in good:
        check(value, "value")
    for value in bad:
        with pytest.raises(RefusedError) as caught:
            check(value, "value")
        assert caught.value.code is Code.MALFORMED
