"""What an endpoint is, and what its handler is given.

* Bodies, queries and answers are ``msgspec`` structs: what they do not name is refused, and OpenAPI is made of them.
* A handler returns an answer or raises ``Problem``; it never sees the request itself, but for uploads.
* An answer may carry a version (for ``ETag`` and ``If-Match``) and the place of what it made.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.api.context import Node
from rogatory_node.casebook.actors import Acting, Actor
from rogatory_node.casebook.book import Book
from rogatory_node.casebook.once import Key, Once
from rogatory_node.casework.roles import Action

C = TypeVar("C")
R = TypeVar("R")


class Model(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What all structs of the interface have in common: named fields and no others."""


class NoQuery(Model):
    """No query."""


class Page(Model):
    """Which part of a list: behind the mark that the last part gave, at most so many."""

    after: str | None = None
    most: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as its handler sees it.

    Attributes:
        node: The running node.
        book: What is done with people, drafts and cases.
        acting: Who says that he acts, for the commands of the book, which ask anew.
        actor: Who acts, as the database knew him a moment ago.
        path: The parts of the path that stand for something.
        query: The query.
        body: The body, or None.
        language: In which texts are wanted.
        unless: ``If-Match``: what the caller believes the version to be, or None.
        key: What the caller calls this call, so that it is done once, or None.
        request: For uploads, which read it themselves.
    """

    node: Node
    book: Book
    acting: Acting
    actor: Actor
    path: Mapping[str, str]
    query: Any
    body: Any
    language: str
    unless: str | None
    key: Key | None = None
    request: web.Request = field(repr=False)

    async def do(
        self, kind: Callable[[Connection, list[C]], Sequence[R]], command: C, said: Callable[[R], Model]
    ) -> tuple[Any, Any]:
        """Have a command done, at most once when the call has a key.

        Returns:
            What to answer, and the result when it was done just now: what follows from it is still to be done.
        """
        if self.key is None:
            result = await self.node.writer.execute(kind, command)
            return said(result), result
        once = Once(key=self.key, kind=kind, command=command, said=lambda result: msgspec.json.encode(said(result)))
        done = await self.node.writer.execute(self.book.onces.do, once)
        return msgspec.Raw(done.answer), done.result


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a handler says.

    Attributes:
        value: The struct.
        version: What ``ETag`` says; None: a hash of what is sent.
        place: The path of what was made.
    """

    value: Any
    version: str | None = None
    place: str | None = None


Handler: TypeAlias = Callable[[Call], Awaitable[Answer | Model | web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One line of the table.

    Attributes:
        method: Of HTTP.
        path: Below ``/api/v1``; ``{name}`` stands for a part.
        name: The operation, unique.
        action: What the caller must be allowed to do at all; None: any valid token will do. The handler asks for the
            object in question besides.
        summary: One line, in English: documentation for programmers.
        handler: What does it.
        answer: The struct of the answer; ``bytes`` for a file.
        query: The struct of the query.
        body: The struct of the body; None: there is none.
        status: Of success.
        problems: Codes that it answers besides those that all share, with their status.
        once: A key of the caller makes it be done once.
        matched: The caller says by ``If-Match`` which version he read.
    """

    method: str
    path: str
    name: str
    action: Action | None
    summary: str
    handler: Handler
    answer: type[Any]
    query: type[Model] = NoQuery
    body: type[Any] | None = None
    status: int = 200
    problems: Mapping[str, int] = field(default_factory=dict)
    once: bool = False
    matched: bool = False
