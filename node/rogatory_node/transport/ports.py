"""Ports that this node listens on: the ones it really got, and what is said when one cannot be had."""

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar


class PortError(Exception):
    """A port cannot be listened on.

    Attributes:
        listener: Which of the node's listeners wanted it.
        host: The address.
        port: The port.
        taken: Whether another program has it; otherwise the system refuses the address or the port.
    """

    code: ClassVar[str] = "port"

    def __init__(self, listener: str, host: str, port: int, *, taken: bool) -> None:
        """Note what was wanted."""
        super().__init__(f"{listener} {host}:{port}")
        self.listener, self.host, self.port, self.taken = listener, host, port, taken


@contextmanager
def wanted(listener: str, host: str, port: int) -> Iterator[None]:
    """Name the port when the block cannot listen on it.

    Raises:
        PortError: The block raised OSError.
    """
    try:
        yield
    except OSError as error:
        raise PortError(listener, host, port, taken=_is_taken(error)) from None


def port_of(sockets: Sequence[socket.socket]) -> int:
    """Return the port of a listener's sockets; with port 0 in the configuration the system has chosen it."""
    port: int = sockets[0].getsockname()[1]
    return port


def _is_taken(error: OSError) -> bool:
    # asyncio gathers the refusals of several addresses into one error whose text alone has the number.
    return error.errno == errno.EADDRINUSE or f"[Errno {errno.EADDRINUSE}]" in str(error)
