"""Verdicts: when one is a yes, and how a refusal becomes a finding."""

import pytest

from rogatory_keys.bundle_verdict import Failed, Finding, Item, Status, Verdict, What, judging
from rogatory_protocol.errors import Code, RefusedError


def found(status: Status, item: Item = Item.ORIGIN) -> Finding:
    return Finding(item=item, status=status, what=What.SIGNED_BY)


@pytest.mark.parametrize(
    ("statuses", "holds"),
    [
        ((), True),
        ((Status.HOLDS, Status.STATED), True),
        ((Status.HOLDS, Status.OPEN), False),
        ((Status.FAILS,), False),
    ],
)
def test_a_verdict_is_a_yes_when_nothing_fails_and_nothing_is_open(statuses: tuple[Status, ...], holds: bool) -> None:
    assert Verdict(findings=tuple(found(each) for each in statuses)).holds is holds


def test_the_first_failure_and_the_findings_about_an_item() -> None:
    first, time = found(Status.FAILS), found(Status.HOLDS, Item.TIME)
    verdict = Verdict(findings=(time, first, found(Status.FAILS, Item.TAKEN)))
    assert verdict.first_failure is first
    assert verdict.about(Item.TIME) == (time,)


def test_a_refusal_becomes_a_finding_that_names_its_file_and_code() -> None:
    with pytest.raises(Failed) as caught, judging(Item.LOG, "some/file"):
        raise RefusedError(Code.SIGNATURE, "why")
    finding = caught.value.finding
    assert (finding.item, finding.status, finding.what, finding.file) == (
        Item.LOG, Status.FAILS, What.REFUSED, "some/file",
    )  # fmt: skip
    assert finding.args == {"code": "signature", "why": "why"}
