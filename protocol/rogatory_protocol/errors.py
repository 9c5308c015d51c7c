"""Errors of the protocol (B.17).

* ProtocolError
    * LocalProtocolError    we broke a rule; nothing was sent, no state changed
    * RefusedError          a peer's object is refused, with a code of B.17
"""

from enum import IntEnum


class Code(IntEnum):
    """Error codes of B.17; the numbers go over the link and into evidence 90."""

    MALFORMED = 1
    VERSION = 2
    SUITE = 3
    TOO_LARGE = 4
    NOT_RECIPIENT = 5
    EXPIRED = 6
    FUTURE = 7
    KEY_UNKNOWN = 8
    DECRYPTION = 9
    PADDING = 10
    SIGNATURE = 11
    NOT_GOOD = 12
    DISAGREE = 13
    ID_REUSED = 14
    ATTACHMENT = 15
    QUOTA = 16
    BUSY = 17
    NOT_AUTHORISED = 18
    DIRECTORY_OLD = 19
    UNKNOWN_TYPE = 20
    NOT_FOUND = 21
    LINK_LIMIT = 22
    INTERNAL = 23


class ProtocolError(Exception):
    """Base of every error of this package."""


class LocalProtocolError(ProtocolError):
    """We broke a rule of the protocol ourselves; nothing was sent and no state changed."""


class RefusedError(ProtocolError):
    """A peer's object is refused.

    Attributes:
        code: The code of B.17.
        what: What was wrong, for our own log; it holds no content and is never sent.
    """

    def __init__(self, code: Code, what: str) -> None:
        """Name the code and, for our own log, what was wrong."""
        super().__init__(f"{code.name.lower()} ({code.value}): {what}")
        self.code = code
        self.what = what
