"""The home folder and its lock."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rogatory_node.home import (
    Home,
    HomeError,
    HomeExistsError,
    HomeLockedError,
    HomeMissingError,
    HomeOpenError,
    write_private,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home")
    home.create()
    return home


def test_a_new_home_is_closed_to_others(home: Home) -> None:
    for path in (home.root, home.blobs, home.keys, home.run):
        assert path.stat().st_mode & 0o777 == 0o700
    home.check()


def test_a_home_with_a_node_is_not_made_again(home: Home) -> None:
    home.create()
    write_private(home.config, b"")
    with pytest.raises(HomeExistsError):
        home.create()


@pytest.mark.parametrize("part", ["root", "config", "database", "blobs", "keys", "run", "lock_file"])
@pytest.mark.parametrize("bit", [0o040, 0o001, 0o010, 0o002])
def test_a_home_that_others_can_reach_is_refused(home: Home, part: str, bit: int) -> None:
    path: Path = getattr(home, part)
    if not path.exists():
        write_private(path, b"")
    path.chmod(path.stat().st_mode | bit)
    with pytest.raises(HomeOpenError) as caught:
        home.check()
    assert path == caught.value.path


def test_a_home_that_is_not_there_is_named(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "nowhere")
    with pytest.raises(HomeMissingError):
        home.check()
    with pytest.raises(HomeMissingError), home.lock():
        pass


def test_STO_11_a_second_holder_is_refused_and_told_who_holds(home: Home) -> None:
    with home.lock():
        with pytest.raises(HomeLockedError) as caught, home.lock():
            pass
        assert os.getpid() == caught.value.pid
        # The refused attempt must not have taken the lock or its content away.
        with pytest.raises(HomeLockedError), home.lock():
            pass
    with home.lock():
        pass


def test_the_lock_ends_with_its_process_however_it_ends(home: Home) -> None:
    child = """
        import os, signal, sys
        from pathlib import Path
        from rogatory_node.home import Home
        with Home(root=Path(sys.argv[1])).lock():
            print(os.getpid(), flush=True)
            sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(child), str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        with pytest.raises(HomeLockedError) as caught, home.lock():
            pass
        assert pid == caught.value.pid
        process.kill()
        process.wait()
    with home.lock():
        pass


def test_a_link_in_place_of_the_lock_is_not_followed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"untouched")
    home.lock_file.symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic"), home.lock():
        pass
    assert (tmp_path / "target").read_bytes() == b"untouched"


def test_a_private_file_is_never_written_over(home: Home) -> None:
    path = home.keys / "k"
    write_private(path, b"first")
    with pytest.raises(HomeExistsError):
        write_private(path, b"second")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_socket_is_in_the_home_and_fits_a_socket_address(tmp_path: Path) -> None:
    assert Path("/h/run/node.sock") == Home(root=Path("/h")).socket
    with pytest.raises(HomeError):
        _ = Home(root=Path("/" + "h" * 100)).socket
