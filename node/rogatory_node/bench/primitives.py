"""What the primitives alone cost: the bound beside every figure of delivery.

* The same work as a letter's whole way, and nothing of ours between: sign and verify letter and evidence, seal and open
  the envelope, make the one-time key.
* Signatures are shared by a batch and the sealing by an envelope, as they were in the run that this stands beside.
"""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rogatory_protocol.suite import EncryptionKey, SigningKey, seal, verify

ROUNDS: Final = 60  # a tenth of a second each: enough to be steady, short enough to stand in every run


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """CPU seconds of one operation on this machine."""

    sign: float
    verify: float
    seal: float
    open: float
    make_key: float

    def per_letter(self, *, batch: float, envelope: float) -> float:
        """Return the CPU seconds that one letter and its evidence need, on both sides together.

        Args:
            batch: Letters that shared a signature, on average.
            envelope: Letters that shared an envelope, on average.
        """
        signatures = 2 * (self.sign + self.verify) / batch
        return signatures + (self.seal + self.open + self.make_key) / envelope


def costs(form_bytes: int) -> Costs:
    """Measure the primitives, with an envelope that holds a letter of this form."""
    signer, message, context = SigningKey(bytes(64)), hashlib.sha512(b"message").digest(), b"bench"
    signature = signer.sign(message, context)
    key, plain = EncryptionKey(bytes(32)), os.urandom(form_bytes + 4_096)
    sealed = seal(key.public, b"info", plain)
    return Costs(
        sign=_cost(lambda: signer.sign(message, context)),
        verify=_cost(lambda: verify(signer.public, message, context, signature)),
        seal=_cost(lambda: seal(key.public, b"info", plain)),
        open=_cost(lambda: key.open(b"info", sealed)),
        make_key=_cost(lambda: EncryptionKey(os.urandom(32))),
    )


def _cost(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(ROUNDS):
        work()
    return (time.process_time() - began) / ROUNDS
