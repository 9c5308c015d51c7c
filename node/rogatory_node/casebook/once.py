"""The same call again, with the same key of its caller, is the same answer: for programs whose line broke.

* The answer is written in the transaction of the change, so there is never one without the other.
* A key belongs to a person; with another body it is refused. It is kept for a day.
* Answers may hold what people wrote, so they are sealed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, select

from rogatory_node.storage.book_tables import once
from rogatory_node.storage.rows import add
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import DAY_SECONDS

KEPT_SECONDS: Final = DAY_SECONDS
MAX_KEY: Final = 128
OPERATOR: Final = Id16(bytes(16))


class KeyReusedError(Exception):
    """The key was used for another call."""

    code: ClassVar[str] = "idempotency.reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a caller calls a call.

    Attributes:
        person: Whose key it is.
        word: The key.
        hash: Of method, path and body.
    """

    person: Id16
    word: str
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A command that is done at most once.

    Attributes:
        key: Under which.
        kind: What does it.
        command: The command of that kind.
        said: Makes the answer of the result; pure.
    """

    key: Key
    kind: Callable[[Connection, list[Any]], Sequence[Any]]
    command: Any = field(repr=False)
    said: Callable[[Any], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it: the answer, and the result when it was done just now."""

    answer: bytes = field(repr=False)
    result: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onces:
    """Does commands at most once.

    Attributes:
        sealer: Seals answers.
        wall: The clock.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time

    def do(self, connection: Connection, commands: Sequence[Once]) -> list[Done]:
        """Do what was not done yet, each as its own kind does it alone.

        Raises:
            KeyReusedError: A key was used for another call.
            Exception: As the kind.
        """
        now, done = int(self.wall()), []
        connection.execute(delete(once).where(once.c.at <= now - KEPT_SECONDS))
        for each in commands:
            kept = self.kept(connection, each.key)
            if kept is not None:
                done.append(Done(answer=kept))
                continue
            (result,) = each.kind(connection, [each.command])
            answer = each.said(result)
            sealed = self.sealer.seal("once", "answer_sealed", _place(each.key), answer)
            row = {"person": each.key.person, "key": each.key.word, "hash": each.key.hash}
            add(connection, once, [row | {"at": now, "answer_sealed": sealed}])
            done.append(Done(answer=answer, result=result))
        return done

    def kept(self, connection: Connection, key: Key) -> bytes | None:
        """Return what was answered under a key, if it is still kept.

        Raises:
            KeyReusedError: It was used for another call.
        """
        row = connection.execute(
            select(once.c.hash, once.c.answer_sealed).where(
                once.c.person == key.person,
                once.c.key == key.word,
                once.c.at > int(self.wall()) - KEPT_SECONDS,
            )
        ).one_or_none()
        if row is None:
            return None
        if row.hash != key.hash:
            raise KeyReusedError("key")
        return self.sealer.open("once", "answer_sealed", _place(key), row.answer_sealed)


def _place(key: Key) -> bytes:
    return key.person + key.word.encode()
