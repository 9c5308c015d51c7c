"""The custody report: every item, every step, what is proved and what is said."""

import json

from documents_of import HEAD, ITEM, KEPT, LINK

from rogatory_node.documents.certificates import Head
from rogatory_node.documents.custody_report import page
from rogatory_node.documents.page import plain
from rogatory_node.documents.press import Press
from rogatory_node.i18n import LANGUAGES


def test_items_steps_and_limits_are_told() -> None:
    made = page({"items": [ITEM], "chain": [LINK, KEPT, LINK | {"at": None, "action": "moved-on"}]}, HEAD)
    told = json.dumps(plain(made), ensure_ascii=False)
    for part in (
        "1. mail.zip",
        "✓ Sent",
        "Ministry of Justice (XB) → Prosecutor",
        "Room 4",
        "dd 9.1",
        "Use limited to the stated proceedings",
        "X9",
        "Under a legal hold",
        "2035-01-01",
        "✓ moved-on",
    ):
        assert part in told, part
    assert "✓ Put in" not in told
    assert made.proof == f"urn:rogatory:letter:{'7e' * 32}"


def test_a_case_without_evidence_says_so() -> None:
    made = page({"items": [], "chain": []}, HEAD)
    assert made.blocks[0].paragraphs[0].words == "This case holds no evidence."
    assert made.proof is None


async def test_the_report_prints_in_all_languages() -> None:
    async with Press() as press:
        for languages in (*((each,) for each in LANGUAGES), ("ar", "en")):
            head = Head(issuer=HEAD.issuer, reference="XA-1", at=HEAD.at, languages=languages)
            assert (await press.print(page({"items": [ITEM], "chain": [LINK, KEPT]}, head))).startswith(b"%PDF-")
