import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rectoverso.cli import COMMANDS, build

DOCS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()


@pytest.fixture
def run():
    def invoke(*words):
        return CliRunner().invoke(build(list(words)), list(words))

    return invoke


def test_help_names_every_command_a_person_needs(run):
    output = run("--help").output

    for name, command in COMMANDS.items():
        assert (f"  {name} " in output) != command.hidden, name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run, name):
    result = run(name, "--help")

    assert result.exit_code == 0, result.output
    assert "--" in result.output


@pytest.mark.parametrize("name", [name for name, each in COMMANDS.items() if not each.hidden])
def test_every_command_is_in_the_guide(name):
    assert f"`{name} " in DOCS or f"`{name}`" in DOCS


def test_an_unknown_command_ends_with_two(run):
    assert run("fly").exit_code == 2


def test_naming_the_commands_loads_none_of_them():
    code = (
        "import sys; sys.argv = ['rectoverso', '--help']\n"
        "from rectoverso.cli import build\nbuild(['--help'])\n"
        "print([n for n in sys.modules if n.startswith(('rectoverso.commands', 'portal', 'hub'))])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_what_cannot_be_done_ends_with_one_sentence_and_its_code(tmp_path):
    command = [sys.executable, "-m", "rectoverso", "load", "gone.csv", "--as", "customers"]

    found = subprocess.run(
        [*command, "--into", "erp"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin"},
    )

    assert found.returncode == 1
    assert found.stderr == "gone.csv cannot be read: No such file or directory.\n"
