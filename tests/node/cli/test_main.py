"""Which command is where, and how every command ends."""

import json
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from rogatory_node import __version__
from rogatory_node.cli import main as program
from rogatory_node.cli.main import COMMANDS, run
from rogatory_node.cli.output import Failure


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_is_in_the_module_that_the_table_names(name: str) -> None:
    app = typer.Typer()
    import_module(f"rogatory_node.cli.{COMMANDS[name].module}").add(app)
    group = typer.main.get_group(app)
    assert name in group.commands


def test_help_lists_every_command_and_loads_nothing_heavy() -> None:
    code = "import sys; from rogatory_node.cli.main import run; run(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in COMMANDS)
    heavy = ("sqlalchemy", "aiohttp", "cryptography", "nacl", "websockets", "jinja2", "alembic")
    assert not [name for name in heavy if f"'{name}'" in done.stdout]


def test_python_runs_it_and_it_says_its_version() -> None:
    command = [sys.executable, "-m", "rogatory_node", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"rogatory {__version__}\n"


def test_wrong_usage_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nothing-of-ours"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing-of-ours" in err


def test_wrong_usage_as_json_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nothing-of-ours", "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "usage"
    assert err == ""


def commanded(monkeypatch: pytest.MonkeyPatch, error: BaseException | None) -> None:
    def build(wanted: str | None) -> typer.Typer:
        app = typer.Typer()

        @app.command()
        def act(as_json: bool = typer.Option(False, "--json")) -> None:
            if error is not None:
                raise error

        return app

    monkeypatch.setattr(program, "build", build)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (None, 0, None),
        (Failure("no", slug="taken"), 1, "taken"),
        (Failure("no", code=2, slug="unreadable"), 2, "unreadable"),
        (KeyboardInterrupt(), 130, None),
        (typer.Abort(), 1, "stopped"),
        (typer.Exit(3), 3, None),
    ],
)
def test_every_end_has_its_status(
    error: BaseException | None,
    status: int,
    code: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commanded(monkeypatch, error)
    assert run(["--json"]) == status
    out = capsys.readouterr().out
    assert (json.loads(out)["error"]["code"] if out else None) == code
