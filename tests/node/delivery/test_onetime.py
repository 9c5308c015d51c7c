"""One-time keys: never more than the limit, each once, and gone with the link."""

import asyncio
from pathlib import Path

from pairs import draft, joined, node, until

from rogatory_node.storage.tables import outbox
from rogatory_protocol import limits
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import kid_of
from rogatory_protocol.link.frames import Type
from rogatory_protocol.suite import ENCRYPTION_PUBLIC_BYTES


async def test_DLV_11_no_more_keys_are_given_than_may_be_outstanding(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        given = limits.READY_KEYS - 1
        asked = [both.a.line.inquire(Type.GETKEYS, limits.MAX_KEYS_PER_OBJECT) for _ in range(3)]
        answers = await asyncio.gather(*asked)
        sizes = [len(each.body[1]) // ENCRYPTION_PUBLIC_BYTES for each in answers if each.type is Type.KEYS]
        assert given + sum(sizes) == limits.MAX_ONE_TIME_KEYS
        assert [each.body["code"] for each in answers if each.type is Type.ERROR] == [Code.LINK_LIMIT]


async def test_keys_are_refilled_and_a_used_one_opens_nothing_more(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        seen = set()
        take = both.a.keys.take

        def noted() -> bytes | None:
            key = take()
            if key is not None:
                assert key not in seen
                seen.add(key)
            return key

        both.a.keys.take = noted  # type: ignore[method-assign]
        for n in range(20):
            await a.queue(draft(n))
            both.wake()
            await until(lambda n=n: a.count(outbox, outbox.c.state == "complete"), n + 1)  # type: ignore[misc]
        assert len(seen) == 20 > limits.READY_KEYS
        assert not any(both.b.keys.key(kid_of(key)) for key in seen)
