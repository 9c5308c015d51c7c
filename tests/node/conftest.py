"""Databases for the tests of the node: a fresh SQLite file, and a fresh database of a private PostgreSQL."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from rogatory_node import migrations
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
