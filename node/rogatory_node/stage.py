"""A small network on this computer: one registry and authorities, each a process of its own, for trials and measures.

* Nodes are made and run by the same commands that an operator types; nothing here knows a short cut.
* Everything listens on 127.0.0.1 only; ports are free ones, kept over restarts because cards name them.
* What a command says comes back as its JSON; one that fails raises with what it said.
"""

import contextlib
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 15.0
PAUSE_SECONDS: Final = 0.1
SETTLE_SECONDS: Final = 90.0

Say = Callable[[str], None]


class CommandError(Exception):
    """A command failed.

    Attributes:
        words: The command.
        status: Its exit status.
        said: What it wrote.
    """

    def __init__(self, words: Sequence[str], status: int, said: str) -> None:
        """Note what failed."""
        super().__init__(f"rogatory {' '.join(words)}: exit {status}: {said}")
        self.words, self.status, self.said = tuple(words), status, said


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One authority on the stage.

    Attributes:
        code: Its country, and its name here.
        names: Its official names by language.
        language: The language of its node.
        roles: What it is central authority for.
        registry: It runs the registry.
        settings: More lines for its ``node.toml``.
        database: The URL of its PostgreSQL; otherwise a file in its home.
    """

    code: str
    names: Mapping[str, str]
    language: str = "en"
    roles: tuple[str, ...] = ("mla",)
    registry: bool = False
    settings: str = ""
    database: str | None = None


@dataclass(slots=True, kw_only=True)
class Actor:
    """A part with its home, its ports and, while it runs, its process."""

    part: Part
    home: Path
    link_port: int
    desk_port: int
    registry_port: int
    aid: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def link_url(self) -> str:
        """Where others dial it."""
        return f"wss://{HOST}:{self.link_port}"

    @property
    def desk_url(self) -> str:
        """Where its pages are."""
        return f"http://{HOST}:{self.desk_port}/"

    @property
    def registry_url(self) -> str:
        """Where its log is."""
        return f"https://{HOST}:{self.registry_port}"


class Stage:
    """The network. Build it, use its actors, and close it; closing stops every process."""

    def __init__(self, folder: Path, parts: Sequence[Part], *, environ: Mapping[str, str] | None = None) -> None:
        """Take a folder that exists and is empty."""
        ports = _free_ports(3 * len(parts))
        self.folder = folder
        self.actors = {
            part.code: Actor(
                part=part,
                home=folder / part.code,
                link_port=ports[3 * n],
                desk_port=ports[3 * n + 1],
                registry_port=ports[3 * n + 2],
            )
            for n, part in enumerate(parts)
        }
        self._environ = {**os.environ, **(environ or {})}

    @property
    def registry(self) -> Actor:
        """The actor that runs the registry."""
        return next(actor for actor in self.actors.values() if actor.part.registry)

    @property
    def authorities(self) -> list[Actor]:
        """The others."""
        return [actor for actor in self.actors.values() if not actor.part.registry]

    def build(self, say: Say = lambda what: None) -> None:
        """Found everybody, start everybody, have the registry admit them, and wait until all know each other."""
        for actor in self.actors.values():
            say(actor.part.code)
            self._found(actor)
        self.start(self.registry.part.code)
        for actor in self.authorities:
            self._join(actor)
            self.start(actor.part.code)
        for actor in self.authorities:
            self._admit(actor)
        self.until_known()

    def command(self, code: str, *words: str) -> dict[str, Any]:
        """Run a command in an actor's home and return its JSON.

        Raises:
            CommandError: It failed.
        """
        return self.run([*words, "--home", str(self.actors[code].home)])

    def run(self, words: Sequence[str], environ: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Run a command and return its JSON.

        Raises:
            CommandError: It failed.
        """
        command = [sys.executable, "-m", "rogatory_node", *words, "--json"]
        done = subprocess.run(  # noqa: S603 - our own program, with words of our own
            command, capture_output=True, text=True, check=False, env={**self._environ, **(environ or {})}
        )
        if done.returncode:
            raise CommandError(words, done.returncode, done.stdout + done.stderr)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def start(self, code: str, environ: Mapping[str, str] | None = None) -> float:
        """Start an actor's node and wait until it serves; return the seconds that this took.

        Raises:
            CommandError: It ended, or does not serve.
        """
        actor, began = self.actors[code], time.monotonic()
        log = (self.folder / f"{code}.log").open("ab")
        with log:
            actor.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "rogatory_node", "serve", "--home", str(actor.home), "--json"],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**self._environ, **(environ or {})},
                # A terminal's Ctrl-C is for the stage, which then stops its actors in order.
                start_new_session=True,
            )
        stdout = actor.process.stdout
        assert stdout is not None
        ready, _, _ = select.select([stdout], [], [], START_SECONDS)
        if not ready or not stdout.readline().strip():
            actor.process.kill()
            raise CommandError(["serve"], actor.process.wait(), self.log_of(code)[-2_000:])
        return time.monotonic() - began

    def kill(self, code: str) -> None:
        """Kill an actor's node as a power cut would."""
        self._end(code, signal.SIGKILL)

    def stop(self, code: str) -> int:
        """Stop an actor's node in order and return its exit status."""
        return self._end(code, signal.SIGTERM)

    def close(self) -> None:
        """Stop everybody."""
        for actor in self.actors.values():
            if actor.process is not None:
                actor.process.send_signal(signal.SIGTERM)
        for code in self.actors:
            self._end(code, signal.SIGTERM)

    def log_of(self, code: str) -> str:
        """Return what an actor's node wrote for its operator."""
        return (self.folder / f"{code}.log").read_text(encoding="utf-8", errors="replace")

    def until_known(self) -> None:
        """Wait until every authority knows every other one and its addresses.

        Raises:
            TimeoutError: They do not.
        """
        others = {actor.part.code: {each.aid for each in self.authorities} - {actor.aid} for actor in self.authorities}
        for code, wanted in others.items():
            for entries in self._watch(code, "directory"):
                known = {each["aid"] for each in entries["authorities"] if each["good"] and each["card"]}
                if wanted <= known:
                    break

    def _watch(self, code: str, *words: str) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end:
            yield self.command(code, *words)
            time.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"{code}: {' '.join(words)}")

    def _found(self, actor: Actor) -> None:
        part, secret = actor.part, self.folder / f"{actor.part.code}.passphrase"
        secret.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        secret.chmod(0o600)
        words = ["init", "--home", str(actor.home), "--cc", part.code, "--passphrase-file", str(secret)]
        words += [word for language, name in part.names.items() for word in ("--name", f"{language}={name}")]
        words += [word for role in part.roles for word in ("--role", role)]
        words += ["--link-url", actor.link_url, "--link-port", str(actor.link_port)]
        words += ["--desk-port", str(actor.desk_port), "--allow-private-addresses", "--yes"]
        words += ["--database", part.database] if part.database else []
        words += ["--registry", "--registry-port", str(actor.registry_port)] if part.registry else []
        actor.aid = self.run(words, {"ROGATORY_LANGUAGE": part.language})["aid"]
        _set(actor.home / "node.toml", part.settings)

    def _join(self, actor: Actor) -> None:
        registry = self.registry
        self.command(actor.part.code, "join", "--registry-url", registry.registry_url, "--registry", registry.aid)

    def _admit(self, actor: Actor) -> None:
        registry = self.registry.part.code
        for found in self._watch(registry, "registry", "applications"):
            if any(each["aid"] == actor.aid for each in found["applications"]):
                break
        self.command(registry, "registry", "admit", actor.aid, "--yes")

    def _end(self, code: str, how: signal.Signals) -> int:
        process, self.actors[code].process = self.actors[code].process, None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        assert process.stdout is not None
        process.stdout.close()
        return status


_HERE: Final[Mapping[str, str]] = {
    "[link]": f'host = "{HOST}"',
    "[registry]": f'host = "{HOST}"',
    "[desk]": "status_page = true",
}


def _set(path: Path, more: str) -> None:
    """Keep the listeners of a node on this computer, let its traffic be watched, and add settings."""
    text = path.read_text(encoding="utf-8")
    for section, line in _HERE.items():
        text = text.replace(f"{section}\n", f"{section}\n{line}\n")
    path.write_text(f"{text}\n{more}", encoding="utf-8")


def _free_ports(count: int) -> list[int]:
    """Return ports that are free now; nobody else is told, so a busy machine may take one away."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
