"""Publications are taken when they are signed by whom may sign them, and never go back."""

import os

import pytest
from offices import NOW, Authority, Registry, follow, period
from staff import Staff, prepared, staff

from rogatory_node.casebook.publications import (
    ENTRY,
    LAW,
    IssuerError,
    OlderError,
    PublicationError,
    Publications,
    SignatureError,
    Signed,
    Taking,
    TwoFacedError,
    UnreadableError,
    listed,
    opened,
    revoked_keys,
    version_of,
)
from rogatory_node.services.trust import Trust
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading
from rogatory_protocol.publication import Publication, build, parse
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.statement_fields import Revocation

__all__ = ["staff"]


def publication(by: Authority, kind: str = LAW, ver: int = 1, content: bytes = b"{}", ts: int = NOW, **more) -> bytes:
    said = Publication(kind=kind, issuer=more.get("issuer", by.aid), name="north", ver=ver, ts=ts, content=content)
    return sign(by.seal, Context.PUBLICATION, build(said))


def signed(raw: bytes) -> Signed:
    read = parse(raw)
    return Signed(said=read.said, digest=read.digest, kid=read.kid, raw=raw)


@pytest.fixture
async def trust(writer, database, world):
    await writer.execute(lambda core, _: [audit_log.found(core, now=NOW, random=os.urandom)], None)
    readers = open_reading(database)
    registry, _ = world
    trust = await Trust.open(writer, readers, follow(registry), wall=lambda: NOW + 100.0)
    await trust.take(registry.aid, registry.head(), registry.leaves)
    yield trust
    await readers.dispose()


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def world() -> tuple[Registry, Authority]:
    registry, member = Registry(), Authority("B", "XB")
    registry.admit(member)
    return registry, member


async def test_who_may_publish_what(trust: Trust, world) -> None:
    registry, member = world
    stranger = Authority("S", "XC")
    assert opened(trust, publication(registry), LAW).said.name == "north"
    assert opened(trust, publication(member, ENTRY), ENTRY).said.issuer == member.aid
    for raw, kind, error in (
        (publication(member), LAW, IssuerError),
        (publication(stranger), LAW, IssuerError),
        (publication(stranger, ENTRY), ENTRY, IssuerError),
        (publication(member, ENTRY), LAW, UnreadableError),
        (b"x", LAW, UnreadableError),
        (publication(member, issuer=registry.aid), LAW, SignatureError),
        (publication(registry, ts=NOW + 10_000), LAW, SignatureError),
    ):
        with pytest.raises(error) as caught:
            opened(trust, raw, kind)
        assert isinstance(caught.value, PublicationError)


async def test_a_changed_byte_is_refused(trust: Trust, world) -> None:
    registry, _ = world
    raw = publication(registry, content=b"abcdef")
    with pytest.raises(SignatureError):
        opened(trust, raw.replace(b"abcdef", b"abcdeg"), LAW)


def test_a_version_never_goes_back_and_is_never_two(staff: Staff) -> None:
    shelf, by = Publications(wall=lambda: float(staff.now)), Authority("R", "XR")
    first, second = (signed(publication(by, ver=ver)) for ver in (1, 2))
    assert staff.one(shelf.take, Taking(signed=second, who="operator"))
    assert not staff.one(shelf.take, Taking(signed=second, who="operator"))
    with pytest.raises(OlderError) as caught:
        staff.one(shelf.take, Taking(signed=first, who="operator"))
    assert caught.value.held == 2
    other = signed(publication(by, ver=2, content=b"other"))
    with pytest.raises(TwoFacedError):
        staff.one(shelf.take, Taking(signed=other, who="operator"))
    assert staff.do(lambda core: listed(core, LAW)) == [second.raw]
    assert staff.log()[-1] == ("law.taken", "operator")


def test_what_a_revoked_key_signed_counts_as_not_held(staff: Staff) -> None:
    shelf, by = Publications(wall=lambda: float(staff.now)), Authority("R", "XR")
    last = signed(publication(by, ver=2**53 - 1))
    staff.one(shelf.take, Taking(signed=last, who="operator"))
    gone = frozenset({(by.aid, last.kid)})
    assert staff.do(lambda core: listed(core, LAW, gone)) == []
    assert staff.do(lambda core: version_of(core, last.said, gone)) is None
    first = signed(publication(by, ver=1))
    assert staff.one(shelf.take, Taking(signed=first, who="operator", revoked=gone))
    assert staff.do(lambda core: listed(core, LAW)) == [first.raw]


async def test_revoked_keys_are_those_of_the_directory(trust: Trust, world) -> None:
    registry, member = world
    kid = member.seal.kid
    raw = publication(member, ENTRY)
    assert revoked_keys(trust) == frozenset()
    registry.state(member.renew(seal=(period("B next"),), revoked=(Revocation(kid=kid, at=NOW, why="stolen"),)))
    registry.clock += 1
    await trust.take(registry.aid, registry.head(), registry.leaves[-1:])
    assert revoked_keys(trust) == {(member.aid, kid)}
    with pytest.raises(SignatureError):
        opened(trust, raw, ENTRY)


def test_those_that_come_together_count_in_their_order(staff: Staff) -> None:
    shelf, by = Publications(wall=lambda: float(staff.now)), Authority("R", "XR")
    commands = [Taking(signed=signed(publication(by, ver=ver)), who="operator") for ver in (1, 2, 2)]
    assert staff.do(lambda core: shelf.take(core, commands)) == [True, True, False]
    assert [parse(raw).said.ver for raw in staff.do(lambda core: listed(core, LAW))] == [2]


@pytest.mark.postgres
def test_the_other_database_keeps_the_same(postgres_url: str) -> None:
    with prepared(postgres_url) as staff:
        shelf, by = Publications(wall=lambda: float(staff.now)), Authority("R", "XR")
        for ver in (1, 2):
            assert staff.one(shelf.take, Taking(signed=signed(publication(by, ver=ver)), who="operator"))
        assert [parse(bytes(raw)).said.ver for raw in staff.do(lambda core: listed(core, LAW))] == [2]
