"""The brake: after it was pulled, this process signs nothing more (B.12.4).

* A node that learns of a live copy of itself must not sign beside it: two copies that both sign are a history that
  contradicts itself.
* Only a new start lets it go, after somebody has looked.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Final

from rogatory_protocol.ids import Kid
from rogatory_protocol.suite import Signer

_log: Final = logging.getLogger(__name__)


class HaltedError(Exception):
    """This process signs nothing more.

    Attributes:
        reason: Why, as a fixed word.
    """

    code: ClassVar[str] = "halted"

    def __init__(self, reason: str) -> None:
        """Note why."""
        super().__init__(reason)
        self.reason = reason


class Brake:
    """One for a process. Every signer of the authority is guarded by it."""

    def __init__(self, pulled: Callable[[str], None] | None = None) -> None:
        """Start released; *pulled* is told once, with the reason."""
        self._pulled = pulled
        self.reason: str | None = None

    def pull(self, reason: str) -> None:
        """Let nothing be signed any more. What was said first stays."""
        if self.reason is None:
            self.reason = reason
            _log.critical("node.halted", extra={"reason": reason})
            if self._pulled is not None:
                self._pulled(reason)

    def guard(self, signer: Signer) -> Signer:
        """Return the signer as one that obeys the brake."""
        return _Guarded(brake=self, signer=signer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guarded:
    brake: Brake
    signer: Signer = field(repr=False)

    @property
    def public(self) -> bytes:
        return self.signer.public

    @property
    def kid(self) -> Kid:
        return self.signer.kid

    def sign(self, message: bytes, context: bytes) -> bytes:
        if self.brake.reason is not None:
            raise HaltedError(self.brake.reason)
        return self.signer.sign(message, context)
