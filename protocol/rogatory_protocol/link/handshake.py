"""The three-message handshake of a link (B.11.2).

* A fresh hybrid key for each link; both sides sign the transcript with their node keys.
* The listener proves itself first; the dialler's name is sealed to a listener that has done so.
* Any refusal closes the link without detail: the caller sends nothing about it.
* The caller owes: the deadline of 10 s, and that both authorities are admitted (its key look-up refuses others).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Kid
from rogatory_protocol.limits import MAX_HANDSHAKE_BYTES
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.signed import Context
from rogatory_protocol.suite import (
    ENCRYPTION_PUBLIC_BYTES,
    ENCRYPTION_SEED_BYTES,
    SEAL_OVERHEAD_BYTES,
    SIGNATURE_BYTES,
    SUITE,
    EncryptionKey,
    Signer,
    seal,
    verify,
)

VERSION: Final = 1
NONCE_BYTES: Final = 32
SECRET_BYTES: Final = 32
_ZERO_NONCE: Final = bytes(12)  # each handshake key encrypts once

Random = Callable[[int], bytes]
"""Fresh bytes from the operating system, as many as asked for."""
NodeKey = Callable[[Aid, Kid], bytes]
"""The public node key of an admitted authority that is good now; raises RefusedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkKeys:
    """What a finished handshake leaves: keys that exist nowhere else.

    Attributes:
        send: Key of the frames that we send, 32 bytes.
        receive: Key of the frames that we receive, 32 bytes.
        th3: Hash of the whole transcript, 32 bytes; the seal keys endorse the link by signing it (B.11.3 READY).
        peer: The authority at the other end.
        peer_kid: The node key by which it proved itself.
        dialler: Whether we dialled.
    """

    send: bytes = field(repr=False)
    receive: bytes = field(repr=False)
    th3: bytes
    peer: Aid
    peer_kid: Kid
    dialler: bool


class Initiator:
    """The side that dials: ``hello`` goes out, the answer comes in, ``finish`` gives the last message and the keys."""

    __slots__ = ("_key", "_me", "_node", "_peer", "_signer", "hello")

    def __init__(self, *, me: Aid, signer: Signer, peer: Aid, node_key: NodeKey, random: Random) -> None:
        """Draw the ephemeral key and write message 1; send ``hello`` next."""
        self._me, self._signer, self._peer, self._node = me, signer, peer, node_key
        self._key: EncryptionKey | None = EncryptionKey(random(ENCRYPTION_SEED_BYTES))
        self.hello: Final = encode([VERSION, SUITE, random(NONCE_BYTES), self._key.public])

    def finish(self, answer: bytes) -> tuple[bytes, LinkKeys]:
        """Check message 2; return message 3, to be sent, and the keys. It may be called once.

        Raises:
            RefusedError: The listener is not the authority that we dialled, or the message is wrong.
        """
        # 1. The secret, by our ephemeral key, which dies here whatever comes.
        key, self._key = self._key, None
        if key is None:
            raise RefusedError(Code.MALFORMED, "a second answer to one hello")
        rs, wrapped, box = _message(answer, (f.b(NONCE_BYTES), f.b(SEAL_OVERHEAD_BYTES + SECRET_BYTES), _BOX))
        secret = key.open(_info(self.hello), wrapped)
        th1 = _hash(self.hello + rs + wrapped)
        # 2. Who answers: the authority that we dialled, by a node key good now, over this transcript.
        server, kid, signature = _identity(_open(_key(secret, th1, b"hs-s"), box))
        if server != self._peer:
            raise RefusedError(Code.NOT_GOOD, "another authority answers")
        verify(self._node(server, kid), th1 + server, Context.LINK_SERVER, signature)
        # 3. Only now our own name, sealed to it.
        th2 = _hash(th1 + box)
        proof = self._signer.sign(th2 + self._me + server, Context.LINK_CLIENT)
        last = _seal(_key(secret, th2, b"hs-c"), encode([self._me, self._signer.kid, proof]))
        return last, _keys(secret, _hash(th2 + last), peer=server, kid=kid, dialler=True)


class Responder:
    """The side that listens: message 1 comes in, ``answer`` goes out, message 3 comes in and gives the keys."""

    __slots__ = ("_me", "_node", "_random", "_secret", "_signer", "_th2")

    def __init__(self, *, me: Aid, signer: Signer, node_key: NodeKey, random: Random) -> None:
        """Wait for message 1."""
        self._me, self._signer, self._node, self._random = me, signer, node_key, random
        self._secret: bytes | None = None
        self._th2 = b""

    def answer(self, hello: bytes) -> bytes:
        """Take message 1 and return message 2, to be sent.

        Raises:
            RefusedError: VERSION or SUITE that we do not speak, or a malformed message.
        """
        version, suite, _, ephemeral = _message(
            hello, (f.uint(), f.uint(), f.b(NONCE_BYTES), f.b(ENCRYPTION_PUBLIC_BYTES))
        )
        if version != VERSION:
            raise RefusedError(Code.VERSION, "link version")
        if suite != SUITE:
            raise RefusedError(Code.SUITE, "link suite")
        # Bound to message 1, so that a cloned listener never gives two callers one secret.
        secret = _hash(self._random(SECRET_BYTES) + _hash(hello))
        rs = self._random(NONCE_BYTES)
        wrapped = seal(ephemeral, _info(hello), secret)
        th1 = _hash(hello + rs + wrapped)
        proof = self._signer.sign(th1 + self._me, Context.LINK_SERVER)
        box = _seal(_key(secret, th1, b"hs-s"), encode([self._me, self._signer.kid, proof]))
        self._secret, self._th2 = secret, _hash(th1 + box)
        return encode([rs, wrapped, box])

    def finish(self, last: bytes) -> LinkKeys:
        """Check message 3 and return the keys. It may be called once, after ``answer``.

        Raises:
            RefusedError: The dialler does not prove who it is, or is ourselves.
        """
        secret, self._secret = self._secret, None
        if secret is None:
            raise RefusedError(Code.MALFORMED, "message 3 before message 1")
        client, kid, signature = _identity(_open(_key(secret, self._th2, b"hs-c"), last))
        if client == self._me:
            raise RefusedError(Code.NOT_GOOD, "our own reflection")
        verify(self._node(client, kid), self._th2 + client + self._me, Context.LINK_CLIENT, signature)
        return _keys(secret, _hash(self._th2 + last), peer=client, kid=kid, dialler=False)


_BOX: Final = f.data(MAX_HANDSHAKE_BYTES)
_IDENTITY: Final = (f.b(32), f.b(16), f.b(SIGNATURE_BYTES))


def _message(raw: bytes, checks: tuple[f.Check, ...]) -> list[Any]:
    if len(raw) > MAX_HANDSHAKE_BYTES:
        raise RefusedError(Code.TOO_LARGE, "handshake message")
    items: Value = decode(raw)
    if not isinstance(items, list) or len(items) != len(checks):
        raise f.wrong("handshake message", "has other items")
    return [check(item, "handshake") for check, item in zip(checks, items, strict=True)]


def _identity(plain: bytes) -> tuple[Aid, Kid, bytes]:
    aid, kid, signature = _message(plain, _IDENTITY)
    return Aid(aid), Kid(kid), signature


def _keys(secret: bytes, th3: bytes, *, peer: Aid, kid: Kid, dialler: bool) -> LinkKeys:
    client, server = _key(secret, th3, b"app-c"), _key(secret, th3, b"app-s")
    send, receive = (client, server) if dialler else (server, client)
    return LinkKeys(send=send, receive=receive, th3=th3, peer=peer, peer_kid=kid, dialler=dialler)


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _info(hello: bytes) -> bytes:
    return b"rogatory/1 link\0" + _hash(hello)


def _key(secret: bytes, transcript: bytes, which: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=transcript, info=b"rogatory/1 lk " + which + b"\0").derive(secret)


def _seal(key: bytes, plain: bytes) -> bytes:
    return AESGCM(key).encrypt(_ZERO_NONCE, plain, None)


def _open(key: bytes, box: bytes) -> bytes:
    if len(box) > MAX_HANDSHAKE_BYTES:
        raise RefusedError(Code.TOO_LARGE, "handshake message")
    try:
        return AESGCM(key).decrypt(_ZERO_NONCE, box, None)
    except (InvalidTag, ValueError):
        raise RefusedError(Code.DECRYPTION, "handshake box") from None
