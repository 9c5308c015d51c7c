"""What a running node is."""

from rogatory_node.services.own import Own
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.statement import remembered
from rogatory_protocol.statement_fields import Content, Period, Root, build
from rogatory_protocol.suite import SigningKey


def test_no_secret_is_shown() -> None:
    root, seal, node = (SigningKey(bytes((n,)) * 64) for n in (7, 8, 9))
    content = Content(
        ver=1, prev=None, ts=1, exp=2, name={"en": "Authority of XA"}, cc="XA", roles=("mla",),
        root=Root(k=1, keys=(root.public,)), seal=(Period(pub=seal.public, nb=1, na=2),),
        node=(Period(pub=node.public, nb=1, na=2),),
    )  # fmt: skip
    statement = remembered(sign(root, Context.AUTHORITY, build(content)), Aid(bytes(32)))
    own = Own(
        aid=Aid(bytes(32)), statement=statement, seal=seal, node=node, sealer=RowSealer(b"k" * 32),
        boot=Id16(bytes(16)), inc=Id16(bytes(16)), started=1,
    )  # fmt: skip
    assert "seal=" not in repr(own).replace("Content", "").split("statement=")[0]
    assert "sealer" not in repr(own)
