"""What programs are shown of a draft."""

from office import XB, content

from rogatory_node.api.v1.draft_models import said
from rogatory_node.casebook.drafting import Draft, DraftState
from rogatory_protocol.ids import Id16


def test_words_and_codes_of_a_draft() -> None:
    draft = Draft(
        id=Id16(b"\x01" * 16), author=Id16(b"\x02" * 16), unit=None, agency=None, state=DraftState.OPEN, version=3,
        kind="request", type=None, grade=None, case=None, changed_at=5, offered=None, letter=None,
        content=content(b"\xff{}", life_seconds=2 * 86_400),
    )  # fmt: skip
    told = said(draft)
    assert (told.id, told.version, told.to, told.life_days) == ("01" * 16, 3, [XB.aid.hex()], 2)
    assert told.form == "�{}"  # a page or a program can only send text
