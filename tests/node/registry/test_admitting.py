"""Applications and decisions: shown first, then made, and what every follower makes of them."""

import pytest
from offices import DAY, Authority
from sqlalchemy import select

from rogatory_keys.authority import Standing
from rogatory_node.registry import admitting as module
from rogatory_node.registry.admitting import AdmittingError, Fault, Order, Taken
from rogatory_node.storage.tables import applications, audit
from rogatory_protocol.decision import Act
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import digits_of


async def fault(work: object) -> Fault:
    with pytest.raises(AdmittingError) as caught:
        await work  # type: ignore[misc]
    return caught.value.fault


async def refused(work: object) -> Code:
    with pytest.raises(RefusedError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_a_first_statement_waits_for_a_person(house) -> None:
    await house.found()
    who = Authority("A")
    assert await house.admitting.submit(who.newest.raw) is Taken.WAITS
    assert await house.admitting.submit(who.newest.raw) is Taken.WAITS
    (waiting,) = await house.admitting.applications()
    assert (waiting.statement.aid, waiting.received_at) == (who.aid, int(house.time))
    assert house.log.head.size == 1
    assert await house.admitting.submit(house.registry.newest.raw) is Taken.KNOWN


async def test_the_effect_is_shown_before_and_is_what_happens(house) -> None:
    await house.found()
    who = Authority("A")
    await house.apply(who)
    order = Order(act=Act.ADMIT, aid=who.aid, why="letter of 3 May")
    shown = await house.admitting.preview(order)
    assert (shown.before, shown.after) == (None, Standing.ADMITTED)
    assert shown.digits == digits_of(who.aid)
    assert (shown.decision.cc, shown.decision.roles, shown.decision.stmt) == ("XA", ("mla",), who.newest.digest)
    assert (shown.second, shown.replaced, shown.outside) == ((), False, False)
    assert house.log.head.size == 1
    await house.admitting.decide(order, "secretary")
    assert house.log.head.size == 3
    assert house.trust.admitted(who.aid)
    assert await house.admitting.applications() == []
    async with house.readers.connect() as connection:
        (row,) = (await connection.execute(select(audit).where(audit.c.ev == "registry.admit"))).all()
        assert bytes(row.obj) == who.aid
        assert (await connection.execute(select(applications))).all() == []


async def test_the_life_of_an_admission(house) -> None:
    await house.found()
    who = Authority("A")
    await house.apply(who)
    steps = [
        (Act.ADMIT, Standing.ADMITTED),
        (Act.SUSPEND, Standing.SUSPENDED),
        (Act.RESUME, Standing.ADMITTED),
        (Act.REMOVE, Standing.REMOVED),
        (Act.ADMIT, Standing.ADMITTED),
    ]
    for act, expected in steps:
        before = house.trust.directory.state.authorities.get(who.aid)
        last = 0 if before is None else before.decided[house.registry.aid]
        done = await house.admitting.decide(Order(act=act, aid=who.aid), "secretary")
        assert done.after is expected
        # The clock stands still; a decision's time does not.
        assert done.decision.ts > last
        assert house.trust.directory.standing(who.aid, int(house.time) + 10) is expected


@pytest.mark.parametrize(
    ("done", "act", "expected"),
    [
        ((), Act.SUSPEND, Fault.STANDING),
        ((), Act.RESUME, Fault.STANDING),
        ((Act.ADMIT,), Act.ADMIT, Fault.NOTHING),
        ((Act.ADMIT,), Act.RESUME, Fault.STANDING),
        ((Act.ADMIT, Act.SUSPEND), Act.ADMIT, Fault.STANDING),
        ((Act.ADMIT, Act.SUSPEND), Act.SUSPEND, Fault.STANDING),
        ((Act.ADMIT, Act.REMOVE), Act.RESUME, Fault.STANDING),
    ],
)
async def test_a_decision_that_makes_no_sense_is_not_made(
    house, done: tuple[Act, ...], act: Act, expected: Fault
) -> None:
    await house.found()
    who = Authority("A")
    await house.apply(who)
    for each in done:
        await house.admitting.decide(Order(act=each, aid=who.aid), "secretary")
    size = house.log.head.size
    assert await fault(house.admitting.decide(Order(act=act, aid=who.aid), "secretary")) is expected
    assert house.log.head.size == size


async def test_who_never_applied_is_not_admitted(house) -> None:
    await house.found()
    assert await fault(house.admitting.preview(Order(act=Act.ADMIT, aid=Authority("A").aid))) is Fault.UNKNOWN


async def test_a_new_name_counts_only_after_a_decision_about_it(house) -> None:
    await house.found()
    who = Authority("A")
    await house.apply(who)
    shown = await house.admitting.decide(Order(act=Act.ADMIT, aid=who.aid), "secretary")
    renamed = who.renew(name={"en": "Bureau"}, roles=("mla", "extradition"))
    assert await house.admitting.submit(renamed.raw) is Taken.APPENDED
    assert await house.admitting.submit(renamed.raw) is Taken.KNOWN
    assert dict(house.trust.entry(who.aid).listing.name) == {"en": "Authority A"}
    # What the person saw is not what is newest: it is shown anew.
    old = Order(act=Act.ADMIT, aid=who.aid, stmt=shown.decision.stmt)
    assert await fault(house.admitting.decide(old, "secretary")) is Fault.CHANGED
    await house.admitting.decide(Order(act=Act.ADMIT, aid=who.aid, stmt=renamed.digest), "secretary")
    house.time += 10
    assert dict(house.trust.entry(who.aid).listing.name) == {"en": "Bureau"}
    # Suspending is about what was admitted.
    later = who.renew(name={"en": "Ministry"})
    await house.admitting.submit(later.raw)
    assert (await house.admitting.preview(Order(act=Act.SUSPEND, aid=who.aid))).decision.stmt == renamed.digest


async def test_DIR_16_a_second_authority_is_shown_as_one(house) -> None:
    await house.found()
    first, second = Authority("A", roles=("mla", "extradition")), Authority("B", roles=("mla",))
    for each in (first, second):
        await house.apply(each)
    await house.admitting.decide(Order(act=Act.ADMIT, aid=first.aid), "secretary")
    shown = await house.admitting.preview(Order(act=Act.ADMIT, aid=second.aid))
    assert (shown.second, shown.replaced, shown.after) == (("mla",), False, Standing.UNCONFIRMED)
    shown = await house.admitting.preview(Order(act=Act.ADMIT, aid=second.aid, replaces=first.aid))
    assert (shown.second, shown.replaced) == (("mla",), True)


async def test_DIR_17_roles_beyond_the_statement_are_refused(house) -> None:
    await house.found()
    who = Authority("A", roles=("mla", "extradition"))
    await house.apply(who)
    order = Order(act=Act.ADMIT, aid=who.aid, roles=("mla", "confiscation"))
    assert await fault(house.admitting.preview(order)) is Fault.ROLES
    shown = await house.admitting.preview(Order(act=Act.ADMIT, aid=who.aid, roles=("extradition",)))
    assert shown.decision.roles == ("extradition",)


async def test_a_registry_admits_itself_as_an_authority(house) -> None:
    await house.found()
    await house.admitting.decide(Order(act=Act.ADMIT, aid=house.registry.aid), "secretary")
    assert await fault(house.admitting.preview(Order(act=Act.ADMIT, aid=house.registry.aid))) is Fault.NOTHING
    assert house.trust.entry(house.registry.aid).roles == ("registry",)


async def test_DIR_11_statements_that_are_not_valid_are_not_taken(house) -> None:
    await house.found()
    who, lost = Authority("A"), Authority("B")
    forged = who.newest.raw.replace(b"Authority A", b"Authority X")
    lost.renew()
    assert await refused(house.admitting.submit(forged)) is Code.SIGNATURE
    assert await refused(house.admitting.submit(b"")) is Code.MALFORMED
    assert await refused(house.admitting.submit(lost.newest.raw)) is Code.NOT_FOUND
    house.time += 366 * DAY
    assert await refused(house.admitting.submit(who.newest.raw)) is Code.EXPIRED
    assert await house.admitting.applications() == []


async def test_DIR_13_a_second_statement_of_a_version_is_not_appended(house) -> None:
    await house.found()
    who, twin = Authority("A"), Authority("A")
    await house.apply(who)
    await house.admitting.decide(Order(act=Act.ADMIT, aid=who.aid), "secretary")
    await house.admitting.submit(who.renew().raw)
    assert await refused(house.admitting.submit(twin.renew(name={"en": "Other"}).raw)) is Code.DISAGREE
    assert house.log.head.size == 4


async def test_applications_are_limited_in_number_and_in_time(house, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.found()
    monkeypatch.setattr(module, "MAX_PENDING", 2)
    for name in ("A", "B"):
        await house.apply(Authority(name))
    assert await refused(house.admitting.submit(Authority("C").newest.raw)) is Code.BUSY
    house.time += 30 * DAY + 1
    assert await house.admitting.applications() == []
    await house.apply(Authority("C"))
    assert len(await house.admitting.applications()) == 1


async def test_a_later_start_puts_our_new_statement_into_the_log(house) -> None:
    await house.found()
    renewed = house.registry.renew()
    await house.found()
    assert house.log.head.size == 2
    assert renewed.digest in house.trust.directory.state.owners
    await house.found()
    assert house.log.head.size == 2
    house.time += DAY
    await house.found()
    assert house.log.head.time == int(house.time)
