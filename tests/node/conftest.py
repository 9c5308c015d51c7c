"""For the tests of the node: fresh databases (SQLite, a private PostgreSQL), homes, and our commands as processes."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from rogatory_node import migrations
from rogatory_node.home import Home
from rogatory_node.services.founding import Founding, found
from rogatory_node.services.home_key import take_or_make
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.writer import Writer

POSTGRES_PROGRAMS = ("initdb", "postgres", "pg_ctl")
# Durable as in service, small as a test wants it.
POSTGRES_OPTIONS = "-c listen_addresses='' -c shared_buffers=16MB -c max_connections=40"


def postgres_binaries() -> Path:
    """Find the newest PostgreSQL on this machine; a test that cannot run fails unless a reason to skip is given."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.environ.get("PATH", "").split(":"))]
    found = [folder for folder in folders if all((folder / program).exists() for program in POSTGRES_PROGRAMS)]
    if found:
        return max(found, key=lambda folder: [int(part) for part in folder.parts if part.isdigit()])
    missing = f"PostgreSQL's programs {', '.join(POSTGRES_PROGRAMS)} are not installed"
    if reason := os.environ.get("ROGATORY_ALLOW_SKIP"):
        pytest.skip(f"{missing}: {reason}")
    pytest.fail(missing)


def unprivileged() -> str | None:
    """Name an account to run PostgreSQL under, which refuses to run as root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def run_as(user: str | None, *command: str) -> None:
    """Run a program under an account, in a folder that it can enter."""
    prefix = ["runuser", "-u", user, "--"] if user else []
    done = subprocess.run([*prefix, *command], cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{command[0]}: {done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """A PostgreSQL of this test session alone, on a socket in a folder of its own; yields that folder."""
    binaries, user = postgres_binaries(), unprivileged()
    # The path of a socket is short, so the folder is not pytest's.
    root = Path(tempfile.mkdtemp(prefix="rgt-pg-", dir="/tmp"))
    if user:
        shutil.chown(root, user)
    data, log = str(root / "data"), str(root / "log")
    options = f"-k {root} {POSTGRES_OPTIONS}"
    try:
        run_as(user, str(binaries / "initdb"), "-D", data, "-U", "rogatory", "-A", "trust", "-E", "UTF8", "--locale=C")
        run_as(user, str(binaries / "pg_ctl"), "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield root
        finally:
            run_as(user, str(binaries / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
async def postgres_url(postgres_server: Path) -> str:
    """A fresh database of the private PostgreSQL."""
    name = f"t{uuid.uuid4().hex}"
    connection = await asyncpg.connect(host=str(postgres_server), user="rogatory", database="postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"postgresql://rogatory@/{name}?host={postgres_server}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file."""
    return f"sqlite:///{tmp_path}/node.db"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database, of each engine in turn."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def database(url: str) -> str:
    """A database with the schema, of each engine in turn."""
    connection = open_writing(url)
    connection.run(migrations.upgrade)
    connection.close()
    return url


@pytest.fixture
def writer(database: str) -> Iterator[Writer]:
    """A running writer over a database with the schema."""
    writer = Writer(partial(open_writing, database))
    writer.start()
    yield writer
    writer.close()


class Process:
    """A command of ours as a process of its own, as people and supervisors run it."""

    def __init__(self, *words: str, **environ: str) -> None:
        """Start it."""
        self.started = time.monotonic()
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "rogatory_node", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environ,
        )  # fmt: skip

    def ready(self) -> dict[str, Any]:
        """Return what ``serve --json`` says once it serves; fail with its log when it ends instead."""
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line or "error" in (said := json.loads(line)):
            pytest.fail(f"it did not serve: {line}{self.popen.communicate()[1]}")
        assert isinstance(said, dict)
        return said

    def end(self) -> tuple[int, str, str]:
        """Wait for its end; return its exit status and what it wrote."""
        out, err = self.popen.communicate(timeout=20)
        return self.popen.returncode, out, err

    def stop(self) -> int:
        """Have it stop as a supervisor does; return its exit status."""
        self.popen.send_signal(signal.SIGTERM)
        return self.end()[0]

    def kill(self) -> None:
        """End it as a power cut does."""
        self.popen.kill()
        self.popen.communicate()


@pytest.fixture
def process() -> Iterator[Callable[..., Process]]:
    """Start commands of ours; what still runs at the end of the test is killed."""
    started: list[Process] = []

    def start(*words: str, **environ: str) -> Process:
        started.append(Process(*words, **environ))
        return started[-1]

    yield start
    for each in started:
        each.kill()


SETTINGS = """
name = "Authority of XA"
allow_private_addresses = true
[keys]
home_key_file = "../home-key"
[link]
host = "127.0.0.1"
port = 0
[desk]
port = 0
"""


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the home ``xa`` of a new authority, and its home key; copy it, do not touch it."""
    folder = tmp_path_factory.mktemp("founded")
    home = Home(root=folder / "xa")
    home_key, _ = take_or_make(folder / "home-key", home)
    plan = Founding(
        names={"en": "Authority of XA"}, cc="XA", roles=("mla",), passphrases=("correct horse battery",),
        host="localhost", settings=SETTINGS,
    )  # fmt: skip
    found(home, plan, home_key)
    return folder


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Home:
    """The home of a new authority, of this test alone; its ports are chosen by the system."""
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return Home(root=tmp_path / "xa")
