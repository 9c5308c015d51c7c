"""What an officer hands in becomes a draft whose form is the very file, or is refused with every reason at once."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from rogatory_node.services.composing import GRADES, KINDS, MAX_DEPTH, Order, UnfitError, compose, read_form
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.limits import DAY_SECONDS, MAX_ATTACHMENTS, MAX_FORM_BYTES

XA, XB, XC = (Aid(hashlib.sha256(name).digest()) for name in (b"XA", b"XB", b"XC"))
REQUEST = b'{\n  "kind": "request",\n  "urgency": {"grade": "VOLATILE"}, "facts_summary": "\xc3\xa9"\n}\n'


def entropy(seed: str = "composing") -> Callable[[int], bytes]:
    count = iter(range(100_000))
    return lambda n: hashlib.shake_256(f"{seed} {next(count)}".encode()).digest(n)


def entry(n: int, name: str) -> Entry:
    return Entry(
        id=Id16(bytes((n,)) * 16), n=1, sz=3, h=hashlib.sha256(b"abc").digest(), k=bytes(32), name=name, mt="text/plain"
    )


def order(form: bytes = REQUEST, **changes: object) -> Order:
    base = Order(id=Id16(b"\7" * 16), to=(XB,), form=form, lang="en")
    return replace(base, **changes)  # type: ignore[arg-type]


def reasons(raw: bytes) -> list[str]:
    with pytest.raises(UnfitError) as caught:
        read_form(raw)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_form_is_the_exact_file() -> None:
    draft = compose(order(), me=XA, random=entropy())
    opened = parts.open_parts(draft.parts, form=draft.body.form, att=draft.body.att)
    assert opened.form == parts.Form(mt="application/json", data=REQUEST)
    assert (draft.body.kind, draft.body.urg, draft.body.sender) == ("request", 3, XA)
    letter.body_bytes(draft.body)


def test_recipients_ascend_and_a_conversation_is_kept_or_opened() -> None:
    conv = Id16(b"\5" * 16)
    both = compose(order(to=(XB, XC)), me=XA, random=entropy())
    assert both.body.to == tuple(sorted((XB, XC)))
    assert compose(order(conv=conv), me=XA, random=entropy()).body.conv == conv
    assert both.body.conv != compose(order(), me=XA, random=entropy("other")).body.conv


def test_every_part_has_a_salt_of_its_own_and_blobs_stay_in_order() -> None:
    entries = (entry(1, "a.txt"), entry(2, "b.txt"))
    draft = compose(order(entries=entries, blobs=("one", "two")), me=XA, random=entropy())
    assert len({draft.body.form, *draft.body.att}) == 3
    assert parts.open_parts(draft.parts, form=draft.body.form, att=draft.body.att).entries == entries
    assert draft.blobs == ("one", "two")
    again = compose(order(entries=entries, blobs=("one", "two")), me=XA, random=entropy("other"))
    assert set(again.body.att).isdisjoint(draft.body.att)


@pytest.mark.parametrize(("grade", "urg"), GRADES.items())
def test_the_grade_decides_the_urgency(grade: str, urg: int) -> None:
    assert read_form(json.dumps({"kind": "request", "urgency": {"grade": grade}}).encode()).urg == urg


def test_a_letter_without_a_grade_is_routine() -> None:
    for raw in (b'{"kind":"status"}', b'{"kind":"status","urgency":{}}', b'{"kind":"status","urgency":null}'):
        assert read_form(raw).grade == "ROUTINE"


def test_every_kind_fits_the_wire() -> None:
    for kind in KINDS:
        draft = compose(order(json.dumps({"kind": kind}).encode()), me=XA, random=entropy())
        assert letter.body_bytes(draft.body)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nests deeper"),
        (b"[" * 500_000, "nests deeper"),
        (b'{"kind":"request","a":"' + b"\xff" + b'"}', "not UTF-8 text (byte 23)"),
        (b'{"kind":"request","n":NaN}', "a number"),
        (b'{"kind":"request","n":-Infinity}', "a number"),
        (b'{"kind":"request","n":1e999}', "a number"),
        (b'{"kind":"request","n":' + b"9" * 5_000 + b"}", "a number"),
        (rb'{"kind":"request","a":"\ud800"}', "surrogate"),
        (rb'{"kind":"request","\udfff":1}', "surrogate"),
        (b'{"kind":"request","kind":"status"}', "“kind” stands twice"),
        (b'{"kind":"request","a":{"b":1,"b":2}}', "“b” stands twice"),
        (b'["request"]', "one JSON object"),
        (b'{"kind":"request"}x', "not JSON (line 1, column 19)"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"", "not JSON"),
        (b"{}", "does not say its “kind”"),
        (b'{"kind":"bribe"}', "“bribe” is not known"),
        (b'{"kind":7}', "“7” is not known"),
        (b'{"kind":"request","urgency":"EMERGENCY!"}', "“EMERGENCY!” is not one of EMERGENCY, VOLATILE"),
        (b'{"kind":"request","urgency":{"grade":"soon"}}', "“soon” is not one of"),
        (b'{"kind":"request","urgency":{"grade":null}}', "“null” is not one of"),
    ],
    ids=lambda value: value[:24].decode(errors="replace") if isinstance(value, bytes) else "",
)
def test_a_file_that_can_be_misread_is_refused(raw: bytes, reason: str) -> None:
    assert reason in " / ".join(reasons(raw))


def test_a_file_of_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    frame = b'{"kind":"request","facts":""}'
    fits = frame.replace(b'""', b'"' + b"x" * (MAX_FORM_BYTES - len(frame)) + b'"')
    assert read_form(fits).kind == "request"
    assert "larger than" in reasons(fits + b" ")[0]


def test_brackets_within_text_do_not_nest() -> None:
    assert read_form(json.dumps({"kind": "request", "text": '\\"' + "[{" * 500}).encode()).kind == "request"


def test_text_that_never_ends_is_refused_in_time() -> None:
    assert "not JSON" in reasons(b'{"kind":"' + rb"\"" * 400_000)[0]


def test_all_reasons_are_given_at_once() -> None:
    wrong = order(
        b'{"kind":"bribe","urgency":{"grade":"soon"},"a":1,"a":2}',
        to=(XA, XB, XB),
        lang="no language",
        life_seconds=91 * DAY_SECONDS,
        entries=(entry(1, "a.txt"), entry(2, "A.TXT")),
    )
    with pytest.raises(UnfitError) as caught:
        compose(wrong, me=XA, random=entropy())
    text = str(caught.value)
    for part in ("“a” stands twice", "bribe", "soon", "named twice", "itself", "language tag", "90 days", "“A.TXT”"):
        assert part in text


def test_numbers_of_recipients_and_attachments_are_limited() -> None:
    many = tuple(entry(n % 256, f"{n}") for n in range(MAX_ATTACHMENTS + 1))
    for wrong, reason in ((order(to=()), "1 to 32 recipients"), (order(entries=many), "at most 256 attachments")):
        with pytest.raises(UnfitError, match=reason):
            compose(wrong, me=XA, random=entropy())


def test_what_is_shown_of_a_file_is_one_short_line() -> None:
    (reason,) = reasons(json.dumps({"kind": "a\nb\u202e" + "c" * 100}).encode())
    assert "\n" not in reason
    assert "\u202e" not in reason
    assert len(reason) < 80
