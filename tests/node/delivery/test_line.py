"""Who speaks on a link never waits for the socket, and questions of one answer get it."""

import asyncio
from pathlib import Path

import pytest
from pairs import joined, node

from rogatory_node.delivery import line as module
from rogatory_node.delivery.session import Session
from rogatory_node.transport.link import LinkError
from rogatory_protocol.errors import Code
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import MAX_PIECE_BYTES, Type


async def opened(session: Session) -> None:
    """Wait until the link is open at this end."""
    ready = asyncio.Event()

    async def hook(_body: object) -> None:
        ready.set()

    session.on_ready.append(hook)
    if not session.endorsed:
        async with asyncio.timeout(10):
            await ready.wait()


def answering(session: Session) -> None:
    """Answer GETCARD, as another module does that puts its handler in."""

    async def card(event: Received) -> None:
        session.line.answer(event.frame.req, Type.CARD, b"card of " + event.frame.body[:2])

    session.handlers[Type.GETCARD] = card


async def test_a_question_gets_its_answer_and_one_without_a_handler_error_21(tmp_path: Path) -> None:
    def prepare(session: Session) -> None:
        if not session.dialled:
            answering(session)

    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await opened(both.a)
        await opened(both.b)
        cards = await asyncio.gather(*(both.a.line.inquire(Type.GETCARD, bytes((n,)) * 32) for n in range(3)))
        assert [each.body for each in cards] == [b"card of " + bytes((n,)) * 2 for n in range(3)]
        refused = await both.b.line.inquire(Type.GETCARD, bytes(32))
        assert (refused.type, refused.body["code"]) == (Type.ERROR, Code.NOT_FOUND)


async def test_who_waits_for_an_answer_is_let_go_when_the_link_ends(tmp_path: Path) -> None:
    async def mute(_event: Received) -> None:
        return

    def silence(session: Session) -> None:
        session.handlers[Type.GETCARD] = mute

    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        async with joined(a, b, tmp_path, prepare=silence) as both:
            await opened(both.a)
            waiting = asyncio.ensure_future(both.a.line.inquire(Type.GETCARD, bytes(32)))
            await asyncio.sleep(0)
            both.a.abort()
            async with asyncio.timeout(10):
                await asyncio.wait([waiting])
            assert waiting.cancelled()
        never = asyncio.sleep(0)
        with pytest.raises(LinkError):
            both.a.line.spawn(never)


async def test_pieces_grow_on_a_fast_line_and_shrink_on_a_slow_one(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        line = both.a.line
        sizes = [line.piece_bytes]
        for seconds in (0.01, 0.01, 0.2, 2.0, 100.0):
            line._pace(line.piece_bytes, seconds)
            sizes.append(line.piece_bytes)
        first = module.FIRST_PIECE_BYTES
        assert sizes == [first, 2 * first, 4 * first, 4 * first, first // 2, module.LEAST_PIECE_BYTES]
        for _ in range(10):
            line._pace(line.piece_bytes, 0.001)
        assert line.piece_bytes == MAX_PIECE_BYTES


async def test_goodbye_reaches_the_peer(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        await opened(both.a)
        await opened(both.b)
        await both.a.leave()
        async with asyncio.timeout(10):
            while "b" not in both.ends:
                await both.over.wait()
                both.over.clear()
        assert isinstance(both.ends["b"], ExceptionGroup)
        assert "BYE" in str(both.ends["b"].exceptions[0])
