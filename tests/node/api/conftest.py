"""A node as handlers see it, over a real database."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rogatory_node.api.context import Node
from rogatory_node.config import parse
from rogatory_node.home import Home
from rogatory_node.services.own import Own
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.sending import Sending
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.writer import Writer
from rogatory_protocol.ids import Id16, aid_of
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.statement import accept
from rogatory_protocol.statement_fields import Content, Period, Root, build
from rogatory_protocol.suite import SigningKey


@pytest.fixture
def own() -> Own:
    root, seal, link = (SigningKey(os.urandom(64)) for _ in range(3))
    payload = build(
        Content(
            ver=1, prev=None, ts=1_000, exp=2_000, name={"en": "Authority of XA"}, cc="XA", roles=("mla",),
            root=Root(k=1, keys=(root.public,)), seal=(Period(pub=seal.public, nb=1_000, na=2_000),),
            node=(Period(pub=link.public, nb=1_000, na=2_000),),
        )
    )  # fmt: skip
    return Own(
        aid=aid_of(payload), statement=accept(sign(root, Context.AUTHORITY, payload), None, latest=2_000), seal=seal,
        node=link, sealer=RowSealer(os.urandom(32)), boot=Id16(os.urandom(16)), inc=Id16(os.urandom(16)), started=1_000,
    )  # fmt: skip


@pytest.fixture
async def node(own: Own, writer: Writer, database: str, tmp_path: Path) -> AsyncIterator[Node]:
    readers = open_reading(database)
    yield Node(
        home=Home(root=tmp_path), config=parse('name = "XA"'), own=own, writer=writer, readers=readers,
        blobs=BlobFolder(tmp_path / "blobs"), sending=Sending(me=own.aid, signer=own.seal, sealer=own.sealer),
        receiving=Receiving(me=own.aid, signer=own.seal, sealer=own.sealer), wake=lambda aid: None,
        ports={"link": 8443},
    )  # fmt: skip
    await readers.dispose()
