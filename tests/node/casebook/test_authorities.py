"""Entries are said by whom may say them, and files are taken whole or not at all."""

import json
import os
from collections.abc import AsyncIterator

import msgspec
import pytest
from offices import NOW, Authority, Registry, follow

from rogatory_node.casebook import authorities as book
from rogatory_node.casebook.publications import IssuerError, SignatureError, Signed, TwoFacedError, UnreadableError
from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import Voice, practice
from rogatory_node.casework.authorities.entry import Entry
from rogatory_node.services.trust import Trust
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.writer import Writer
from rogatory_protocol.publication import Publication, build, parse
from rogatory_protocol.signed import Context, sign

XB = next(each.entry for each in practice() if each.entry.id == "xb.central")
REGISTRY, MEMBER = Registry(), Authority("B", "XB")
REGISTRY.admit(MEMBER)


def own(**change: object) -> Entry:
    return msgspec.structs.replace(XB, aid=MEMBER.aid.hex(), **change)


def said(entry: Entry, by: Authority, ver: int = 1, name: str | None = None) -> bytes:
    content = e.written(entry)
    told = Publication(kind="entry", issuer=by.aid, name=name or entry.id, ver=ver, ts=NOW, content=content)
    return sign(by.seal, Context.PUBLICATION, build(told))


def signed(raw: bytes) -> Signed:
    read = parse(raw)
    return Signed(said=read.said, digest=read.digest, kid=read.kid, raw=raw)


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def trust(writer: Writer, database: str) -> AsyncIterator[Trust]:
    await writer.execute(lambda core, _: [audit_log.found(core, now=NOW, random=os.urandom)], None)
    readers = open_reading(database)
    trust = await Trust.open(writer, readers, follow(REGISTRY), wall=lambda: NOW + 100.0)
    await trust.take(REGISTRY.aid, REGISTRY.head(), REGISTRY.leaves)
    yield trust
    await readers.dispose()


async def test_who_may_say_an_entry(trust: Trust) -> None:
    assert book.entry_of(trust, signed(said(own(), MEMBER))) == own()
    assert book.entry_of(trust, signed(said(XB, REGISTRY))) == XB
    for raw, error in (
        (said(own(), REGISTRY), IssuerError),
        (said(XB, MEMBER), IssuerError),
        (said(own(), MEMBER, name="xb.other"), UnreadableError),
    ):
        with pytest.raises(error):
            book.entry_of(trust, signed(raw))


async def test_a_file_of_many_is_taken_whole_or_not_at_all(trust: Trust) -> None:
    good, older = said(own(), MEMBER, ver=2), said(own(id="xb.second"), MEMBER)
    known = book.held([said(own(id="xb.second"), MEMBER, ver=3)])
    found = book.opened(trust, book.together([good, older]), known)
    assert ([each.said.name for each in found.news], found.known) == (["xb.central"], 1)
    assert book.opened(trust, good, {}).news[0].raw == good
    forged = good.replace(b"Port City", b"Fort City")
    for bad, error in ((forged, SignatureError), (said(XB, MEMBER), IssuerError), (b"x", UnreadableError)):
        with pytest.raises(error):
            book.opened(trust, book.together([older, bad]), {})
    with pytest.raises(TwoFacedError):
        book.opened(trust, good, book.held([said(own(state="XC"), MEMBER, ver=2)]))


@pytest.mark.parametrize(
    "file", [{}, {"format": 2, "publications": []}, {"format": 1, "publications": ["zz"]}, {"format": 1}]
)
async def test_what_is_no_such_file_is_refused(trust: Trust, file: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        book.opened(trust, json.dumps(file).encode(), {})


def test_the_directory_is_what_was_published_and_else_what_comes_along() -> None:
    assert book.listed(()) == practice()
    itself, entered = book.listed([said(own(), MEMBER, ver=7), said(XB, REGISTRY)])
    assert (itself.voice, itself.version, itself.issuer) == (Voice.ITSELF, 7, MEMBER.aid.hex())
    assert entered.voice is Voice.SECRETARIAT


def test_a_version_grows_with_the_content_only() -> None:
    known = book.held([said(own(), MEMBER, ver=4)])
    assert book.next_version(known, MEMBER.aid, own()) is None
    assert book.next_version(known, MEMBER.aid, own(state="XC")) == 5
    assert book.next_version(known, REGISTRY.aid, own()) == 1


def test_an_entry_that_cannot_be_read_any_more_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    told = Publication(kind="entry", issuer=MEMBER.aid, name="x", ver=1, ts=NOW, content=b"{}")
    old = sign(MEMBER.seal, Context.PUBLICATION, build(told))
    assert [each.entry.id for each in book.listed([old, said(own(), MEMBER)])] == ["xb.central"]
    assert [each.message for each in caplog.records] == ["entry.unreadable"]
