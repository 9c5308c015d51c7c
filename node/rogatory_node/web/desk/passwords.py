"""Passwords and the codes of telephones: hashed slowly, compared in constant time, a few at a time.

* Argon2id with 64 MiB a password, two at a time and few waiting: a flood of tries takes neither memory nor the pages.
* Who has no password is compared with a made-up one, so that the answer takes as long.
* A code of the telephone (TOTP, RFC 6238) is six digits of one half minute; the one before and after count too, because
  clocks differ.
"""

import asyncio
import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MEMORY_BYTES: Final = 64 * 1024 * 1024
ROUNDS: Final = 3
LEAST: Final = 12
MOST: Final = 1_024
AT_ONCE: Final = 2
MOST_WAITING: Final = 32
STEP_SECONDS: Final = 30
_DRIFT: Final = 1


class BusyError(Exception):
    """Too many passwords wait to be compared."""


@dataclass(slots=True, kw_only=True)
class Passwords:
    """Hashes and compares passwords in threads.

    Attributes:
        memory_bytes: Of one hash; tests take less.
    """

    memory_bytes: int = MEMORY_BYTES
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _waiting: int = 0
    _nobody: str | None = None

    async def hashed(self, password: str) -> str:
        """Return a password as it is kept.

        Raises:
            BusyError: Too many wait.
        """
        return await self._in_turn(self._hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one that is kept; of nobody's, no, after the same time.

        Raises:
            BusyError: Too many wait.
        """
        if self._nobody is None:
            self._nobody = await self.hashed("nobody has this password")
        same = await self._in_turn(_same, kept or self._nobody, password[:MOST])
        return same and kept is not None

    async def _in_turn(self, work: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        if self._waiting >= MOST_WAITING:
            raise BusyError
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *args, **named)
        finally:
            self._waiting -= 1

    def _hash(self, password: str) -> str:
        from nacl.pwhash import argon2id

        return argon2id.str(password.encode(), opslimit=ROUNDS, memlimit=self.memory_bytes).decode("ascii")


def _same(kept: str, password: str) -> bool:
    from nacl.exceptions import InvalidkeyError
    from nacl.pwhash import argon2id

    try:
        return argon2id.verify(kept.encode("ascii"), password.encode())
    except InvalidkeyError:
        return False


def step_of(secret: bytes, code: str, now: float) -> int | None:
    """Return the half minute of which a code is, or None when it is of none near."""
    from pyotp import TOTP

    made, here = TOTP(base64.b32encode(secret).decode()), int(now) // STEP_SECONDS
    typed = code.replace(" ", "")
    near = range(here - _DRIFT, here + _DRIFT + 1)
    found = [step for step in near if hmac.compare_digest(made.generate_otp(step).encode(), typed.encode())]
    return max(found, default=None)


def address_for_telephone(secret: bytes, name: str, authority: str) -> str:
    """Return what the telephone reads from the square code."""
    from pyotp import TOTP

    return TOTP(base64.b32encode(secret).decode()).provisioning_uri(name=name, issuer_name=authority)


def spelled(secret: bytes) -> str:
    """Return the secret for who types it, in groups of four."""
    words = base64.b32encode(secret).decode()
    return " ".join(words[place : place + 4] for place in range(0, len(words), 4))
