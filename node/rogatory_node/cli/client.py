"""How a command talks to the running node: HTTP over the socket in its home.

* Standard library only and one request a connection: a command starts in a blink.
* Without a token the operator acts; with one, its person, at the interface for programs that this socket has as well.
* A refusal of the node becomes a `Failure` in the language of this process.
* When no node runs, the failure names ``rogatory serve``.
"""

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from rogatory_node.cli.output import USAGE, Failure
from rogatory_node.cli.system import why
from rogatory_node.home import Home, HomeError, HomeMissingError
from rogatory_node.i18n import LANGUAGE, _

WAIT_SECONDS: Final = 60.0
BLOCK_BYTES: Final = 1024 * 1024
AS_HEADER: Final = "Rogatory-As"
_JSON: Final = {"Content-Type": "application/json"}
MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024

Progress = Callable[[int], None]
"""Is told how many bytes have gone."""


class _Line(http.client.HTTPConnection):
    """A connection to a socket in the file system."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("node", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """Asks the node that runs in a home."""

    def __init__(self, home: Home, *, role: str | None = None, token: str | None = None) -> None:
        """Take the home, and the role in which a person acts, or the token by which."""
        self._home, self._role, self._token = home, role, token

    def get(self, path: str, *, seconds: float = WAIT_SECONDS, **query: object) -> dict[str, Any]:
        """Ask for something; *query* goes behind the path.

        Raises:
            Failure: No node runs, or it refused.
        """
        return self._ask("GET", path, None, {}, seconds, query)

    def post(
        self, path: str, *, json: Any = None, version: str | None = None, seconds: float = WAIT_SECONDS
    ) -> dict[str, Any]:
        """Have something done, if it is still of this version.

        Raises:
            Failure: No node runs, or it refused.
        """
        return self._ask("POST", path, _encode(json), _JSON | _only(version), seconds, {})

    def put(self, path: str, *, json: Any, version: str | None = None) -> dict[str, Any]:
        """Have something replaced, if it is still of this version.

        Raises:
            Failure: No node runs, or it refused.
        """
        return self._ask("PUT", path, _encode(json), _JSON | _only(version), WAIT_SECONDS, {})

    def upload(self, path: str, file: Path, progress: Progress | None = None, **query: object) -> dict[str, Any]:
        """Send a file's bytes as they are; the name and whatever else belongs to it go into *query*.

        Raises:
            Failure: The file cannot be read or grew or shrank while it was sent, no node runs, or it refused.
        """
        try:
            size = file.stat().st_size
            with file.open("rb") as opened:
                headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
                return self._ask("POST", path, _blocks(opened, size, progress), headers, WAIT_SECONDS, query)
        except _ReadError as error:
            raise _unreadable(file, error.reason) from None
        except _ChangedError:
            what = _("The file {file} changed while it was sent.").format(file=file)
            following = _("Close the program that writes it and send again.")
            raise Failure(what, following, slug="attachment.changed") from None
        except OSError as error:
            raise _unreadable(file, error) from None

    def download(self, path: str, to: Any, *, seconds: float = WAIT_SECONDS, **query: object) -> int:
        """Write an answer's bytes into an open file and return how many there were.

        Raises:
            Failure: No node runs, it refused, or the answer broke off.
        """
        done = 0
        with _Reply(self, "GET", path, None, {}, seconds, query) as reply:
            while block := reply.read(BLOCK_BYTES):
                to.write(block)
                done += len(block)
        return done

    def _ask(
        self, method: str, path: str, body: Any, headers: dict[str, str], seconds: float, query: dict[str, Any]
    ) -> dict[str, Any]:
        with _Reply(self, method, path, body, headers, seconds, query) as reply:
            answer = json.loads(reply.read(MAX_ANSWER_BYTES))
        assert isinstance(answer, dict)  # our own server answers with objects only
        return answer

    def socket_path(self) -> Path:
        """Return the socket of the node.

        Raises:
            Failure: Its path is too long.
        """
        try:
            return self._home.socket
        except HomeError as error:
            raise Failure(
                _("The path of the home is too long for a socket: {path}").format(path=error.path),
                _("Use a shorter path, or a symbolic link to it."),
                slug=error.code,
            ) from None

    def headers(self) -> dict[str, str]:
        """Return what goes with every request."""
        given = {"Accept-Language": LANGUAGE}
        if self._role:
            given[AS_HEADER] = self._role
        if self._token:
            given["Authorization"] = f"Bearer {self._token}"
        return given

    def silent(self, why: str) -> Failure:
        """Return the failure of a node that does not answer."""
        return Failure(
            _("No answer from the node in {home} ({why}).").format(home=self._home.root, why=why),
            _("Start it: rogatory serve --home {home}").format(home=self._home.root),
            slug="not-running",
        )

    def absent(self) -> Failure:
        """Return the failure of a node that does not run, or was never founded."""
        if self._home.config.exists():
            return self.silent(_("it is not running"))
        return Failure(
            _("There is no node in {path}.").format(path=self._home.root),
            _("Found one: rogatory init --home {home}").format(home=self._home.root),
            slug=HomeMissingError.code,
        )


class _Reply:
    """One request and its answer, as a context: opened, the answer is a good one."""

    def __init__(
        self,
        client: Client,
        method: str,
        path: str,
        body: Any,
        headers: dict[str, str],
        seconds: float,
        query: dict[str, Any],
    ) -> None:
        self._client = client
        self._line = _Line(client.socket_path(), seconds)
        asked = {name: value for name, value in query.items() if value is not None}
        self._target = quote(path) + (f"?{urlencode(asked)}" if asked else "")
        self._method, self._body, self._headers = method, body, client.headers() | headers

    def __enter__(self) -> http.client.HTTPResponse:
        try:
            return self._open()
        except BaseException:
            self._line.close()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._line.close()
        if isinstance(error, TimeoutError | ConnectionError | http.client.HTTPException):
            raise self._client.silent(_("it broke off")) from None

    def _open(self) -> http.client.HTTPResponse:
        try:
            self._line.connect()
        except (FileNotFoundError, ConnectionRefusedError):
            raise self._client.absent() from None
        except PermissionError:
            raise self._client.silent(_("it belongs to another user")) from None
        # The node may have answered before it had read everything: its answer says why.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._line.request(self._method, self._target, body=self._body, headers=self._headers)
        try:
            reply = self._line.getresponse()
        except TimeoutError:
            raise self._client.silent(_("it takes too long")) from None
        except (ConnectionError, http.client.HTTPException):
            raise self._client.silent(_("it broke off")) from None
        if reply.status >= 400:
            raise _refused(reply.read(MAX_ANSWER_BYTES))
        return reply


class _ReadError(Exception):
    """The file that is being sent cannot be read."""

    def __init__(self, reason: OSError) -> None:
        super().__init__()
        self.reason = reason


class _ChangedError(Exception):
    """The file that is being sent has not the size any more that was said."""


def _blocks(opened: Any, size: int, progress: Progress | None) -> Iterator[bytes]:
    done = 0
    while done < size:
        block = _read(opened, min(BLOCK_BYTES, size - done))
        if not block:
            raise _ChangedError
        yield block
        done += len(block)
        if progress is not None:
            progress(done)
    if _read(opened, 1):
        raise _ChangedError


def _read(opened: Any, most: int) -> bytes:
    try:
        block: bytes = opened.read(most)
    except OSError as error:
        # Told apart from an error of the line, which is an OSError as well.
        raise _ReadError(error) from None
    return block


def _only(version: str | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


def _encode(value: Any) -> bytes:
    return json.dumps({} if value is None else value, ensure_ascii=False).encode()


def _unreadable(file: Path, error: OSError) -> Failure:
    what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
    return Failure(what, code=USAGE, slug="unreadable")


def _refused(raw: bytes) -> Failure:
    """Make the failure of the node's refusal; what it says is a text of the catalogue and its values."""
    try:
        told = json.loads(raw)
        if "title" in told:  # of the interface for programs, which translates by itself
            following = told.get("next") or told.get("args", {}).get("errors")  # which field, in words for programs
            return Failure(told["title"], following, slug=told["code"])
        what, following, values = _(told["what"]), told["next"], told["args"]
        following = _(following).format(**values) if following else None
        return Failure(what.format(**values), following, slug=told["code"])
    except (ValueError, KeyError, TypeError, IndexError):
        return Failure(_("The node gave an answer that cannot be read."), slug="unreadable-answer")
