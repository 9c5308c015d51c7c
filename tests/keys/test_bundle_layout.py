"""Which files a bundle may hold, and which it must."""

import pytest

from rogatory_keys.bundle_layout import RULES, Layout, Part, name_of
from rogatory_keys.bundle_zip import Entry
from rogatory_keys.errors import BundleError, BundleFault

A, B = "a" * 64, "b" * 64
KEYS = {
    Part.ATTACHMENT: "007",
    Part.EVIDENCE: B,
    Part.TIMESTAMP: "000",
    Part.STATEMENT: "0001",
    Part.STATEMENT_PROOF: "0001",
    Part.REGISTRY_STATEMENT: "0001",
    Part.REGISTRY_PROOF: "0001",
    Part.DECISION: B,
    Part.DECISION_PROOF: B,
    Part.LEAF: "0000000000-0000000000000000001",
}
ALL = {part: name_of(part, A, KEYS.get(part, "")) for part in Part}


def entries(*names: str, size: int = 1) -> list[Entry]:
    return [Entry(name=name, start=0, size=size, crc=0) for name in names]


def test_every_part_is_found_in_its_place_and_under_its_key() -> None:
    layout = Layout(entries(*ALL.values()))
    for part, name in ALL.items():
        owner = "" if part is Part.README else A
        assert layout.owners(part) == [owner]
        assert layout.of(part, owner) == {KEYS.get(part, ""): name}
        assert layout.of(part, B) == {}


@pytest.mark.parametrize("part", [Part.README, Part.LETTER, Part.PARTS, Part.STATEMENT, Part.STATEMENT_PROOF,
    Part.REGISTRY_STATEMENT, Part.REGISTRY_PROOF, Part.CHECKPOINT, Part.DECISION, Part.DECISION_PROOF, Part.HEADS,
])  # fmt: skip
def test_what_must_be_there_and_is_not_is_named(part: Part) -> None:
    with pytest.raises(BundleError) as caught:
        Layout(entries(*(name for each, name in ALL.items() if each is not part)))
    assert caught.value.fault is BundleFault.MISSING
    assert caught.value.file == ALL[part]


@pytest.mark.parametrize("part", [part for part in Part if part is not Part.ATTACHMENT])
def test_ENC_15_a_file_above_its_limit_is_refused_before_it_is_read(part: Part) -> None:
    rest = entries(*(name for each, name in ALL.items() if each is not part))
    Layout([*rest, *entries(ALL[part], size=RULES[part].most)])
    with pytest.raises(BundleError) as caught:
        Layout([*rest, *entries(ALL[part], size=RULES[part].most + 1)])
    assert caught.value.fault is BundleFault.TOO_LARGE


def test_a_bundle_without_a_letter_or_a_registry_is_refused() -> None:
    for kept in ([ALL[Part.README], ALL[Part.CHECKPOINT]], [ALL[Part.README], ALL[Part.LETTER], ALL[Part.PARTS]]):
        with pytest.raises(BundleError) as caught:
            Layout(entries(*kept))
        assert caught.value.fault is BundleFault.MISSING
