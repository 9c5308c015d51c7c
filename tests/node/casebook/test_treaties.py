"""What this node knows of treaties."""

import json
from datetime import date

import pytest
from offices import NOW, Authority

from rogatory_node.casebook.publications import OlderError, Signed, UnreadableError
from rogatory_node.casebook.treaties import over_shipped, pack_of, preview
from rogatory_node.casework.law.corpus import shipped
from rogatory_protocol.publication import Publication, build, parse
from rogatory_protocol.signed import Context, sign

BY = Authority("R", "XR")
BOUND = {"instrument": "UNTOC", "state": "XE", "bound": "2026-10-01", "source": "depositary", "as_of": "2026-12-01"}


def pack(ver: int = 2, name: str = "north", **more) -> Signed:
    content = {"format": 1, "name": name, "version": ver, "issued": "2026-12-01", "parties": [BOUND], **more}
    said = Publication(kind="law", issuer=BY.aid, name="north", ver=2, ts=NOW, content=json.dumps(content).encode())
    raw = sign(BY.seal, Context.PUBLICATION, build(said))
    return Signed(said=said, digest=parse(raw).digest, kid=parse(raw).kid, raw=raw)


def test_packs_lie_over_what_is_shipped() -> None:
    assert over_shipped(()) == shipped()
    corpus = over_shipped((pack().raw,))
    assert corpus.parties[("UNTOC", "XE")].bound == date(2026, 10, 1)
    assert corpus.versions["north"] == 2


def test_a_preview_says_what_changes_against_what_is_held() -> None:
    new = preview((), None, pack())
    assert (new.news, new.held, new.facts, [each.name for each in new.changes]) == (True, None, 1, ["UNTOC XE"])
    again = preview((pack().raw,), (2, pack().digest), pack())
    assert (again.news, again.changes) == (False, ())
    with pytest.raises(OlderError):
        preview((), (3, pack().digest), pack())


@pytest.mark.parametrize("wrong", [pack(ver=3), pack(name="south"), pack(format=2), pack(surprise=1)])
def test_a_pack_that_is_not_what_was_signed_is_refused(wrong: Signed) -> None:
    with pytest.raises(UnreadableError):
        pack_of(wrong)


def test_a_pack_that_cannot_be_read_any_more_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert over_shipped((pack(surprise=2).raw,)) == shipped()
    assert [each.message for each in caplog.records] == ["law.pack.unreadable"]
