"""`rectoverso mappings`: files by themselves, and the versions of a running hub."""

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.publishing.checking import try_laws_due
from portal import Role
from rectoverso.cli import build
from rectoverso.errors import CommandError
from tests.hub.conftest import hub_settings, live_env, serve  # noqa: F401 - fixtures of a hub
from tests.hub.test_api import site  # noqa: F401

ROOT = Path(__file__).parents[2]
CATEGORIES = ROOT / "connectors" / "systems" / "simple_crm" / "mappings" / "categories.yaml"
CUSTOMERS = CATEGORIES.with_name("customers.yaml")


@pytest.fixture
def run():
    def invoke(*words):
        told = [str(word) for word in words]
        result = CliRunner().invoke(build(["mappings"]), ["mappings", *told])
        if isinstance(result.exception, CommandError):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def ask(run, site, monkeypatch):  # noqa: F811
    """Run a command on a hub that serves one connection; returns its JSON."""
    site.add()
    key = site.portal.create_key("command", Role.INTEGRATOR).secret
    monkeypatch.setenv("RECTOVERSO_API_KEY", key)

    def asked(*words):
        result = run(*words, "--port", site.port, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout.splitlines()[-1])  # before it: the log of the hub here

    return asked


@pytest.fixture
def faulty(tmp_path):
    (tmp_path / "schemas").mkdir()
    (tmp_path / "mappings").mkdir()
    schema = CATEGORIES.parents[1] / "schemas" / "categories.json"
    (tmp_path / "schemas" / "categories.json").write_text(schema.read_text())
    path = tmp_path / "mappings" / "categories.yaml"
    path.write_text(CATEGORIES.read_text().replace("golden: code", "golden: cod"))
    return path


def test_what_ships_is_sound_and_its_examples_hold(run):
    assert json.loads(run("check", "--json").stdout) == {"sound": True, "findings": []}
    tried = json.loads(run("test", CATEGORIES, "--json").stdout)
    assert tried["failed"] == []


def test_a_fault_is_named_with_its_place_and_ends_with_one(run, faulty):
    result = run("check", faulty, "--json")
    assert result.exit_code == 1
    finding = next(f for f in json.loads(result.stdout)["findings"] if f["path"] == "cod")
    assert (finding["line"], "did you mean 'code'" in finding["message"]) == (7, True)
    assert run("check", faulty).exit_code == 1


def test_a_text_that_is_no_mapping_is_told_before_its_records_are_asked_for(run, tmp_path):
    path = tmp_path / "thing.yaml"
    path.write_text("version: 1\nobjct: thing\n")
    result = run("check", path, "--json")
    assert result.exit_code == 1
    assert "unknown key 'objct'" in result.stdout


def test_a_broken_law_is_a_finding_when_asked_for(run, faulty):
    text = CATEGORIES.read_text().replace("name, text: [nfc, trim]", "name, text: [nfc, upper]")
    faulty.write_text(text)
    assert run("check", faulty, "--json").exit_code == 0
    result = run("check", faulty, "--laws", "--json")
    assert "name" in json.loads(result.stdout)["findings"][0]["message"]


def test_an_example_that_does_not_hold_is_told(run, faulty):
    example = "examples:\n  - app: {code: A}\n    golden: {code: B}\n"
    faulty.write_text(CATEGORIES.read_text() + example)
    result = run("test", faulty, "--json")
    assert result.exit_code == 1
    (failed,) = json.loads(result.stdout)["failed"]
    assert "says 'B', is 'A'" in failed["message"]


def test_a_mapping_is_explained_line_by_line_and_by_a_record(run, tmp_path):
    lines = json.loads(run("explain", CATEGORIES, "--json").stdout)["items"]
    assert [each["golden"] for each in lines] == ["code", "name", "parent"]
    assert lines[1]["does"] == "text, forms nfc trim"
    assert lines[2]["does"].startswith("reference, entity category")
    customers = json.loads(run("explain", CUSTOMERS, "--json").stdout)["items"]
    assert {"addresses[].city", "addresses[].uses"} <= {each["golden"] for each in customers}
    record = tmp_path / "record.json"
    record.write_text('{"code": " T ", "name": 7, "parent_id": "9"}')
    read = json.loads(run("explain", CATEGORIES, "--record", record, "--json").stdout)["items"]
    told = {each["golden"]: (each["value"], each["problem"]) for each in read}
    assert told["code"] == ("T", None)
    assert told["parent"] == ("category/9", None)
    assert told["name"][1]
    assert "code" in run("explain", CATEGORIES).stdout


def test_a_first_mapping_is_proposed_from_samples_alone(run, tmp_path):
    samples = tmp_path / "samples.json"
    samples.write_text('[{"Title": "Tools", "Code": "T1"}]')
    told = json.loads(
        run("infer", "Group", "--entity", "category", "--samples", samples, "--json").stdout
    )
    assert {(each["app"], each["golden"]) for each in told["proposals"]} == {
        ("Title", "name"),
        ("Code", "code"),
    }
    assert (
        told["text"] == run("infer", "Group", "--entity", "category", "--samples", samples).stdout
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("infer", "x", "--entity", "customer"), "Give --app-schema"),
        (("infer", "x", "--entity", "thing", "--samples", "y"), "There is no entity thing"),
        (("check", "gone.yaml"), "cannot be read"),
        (("test", "gone.yaml"), "cannot be read"),
        (("versions", "crm"), "write CONNECTION/OBJECT"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(run, words, said):
    with pytest.raises(CommandError, match=said):
        run(*words)


def test_a_mapping_is_published_and_rolled_back_by_commands(ask, run, site, tmp_path):  # noqa: F811
    (first,) = ask("versions", "crm/categories")["items"]
    assert (first["number"], first["state"]) == (1, "active")
    changed = tmp_path / "categories.yaml"
    changed.write_text(CATEGORIES.read_text().replace("[nfc, trim]", "[trim, nfc]"))
    assert ask("preview", "crm/categories", "--file", changed)["counts"]["looked_at"] == 0
    stop = threading.Event()

    def worker():
        while not stop.wait(0.05):
            try_laws_due(site.hub)

    thread = threading.Thread(target=worker)
    thread.start()
    try:
        (told,) = ask("publish", "crm/categories", "--file", changed, "--note", "order")["items"]
    finally:
        stop.set()
        thread.join()
    assert (told["number"], told["state"], told["note"]) == (2, "active", "order")
    assert any("trim, nfc" in line for line in ask("diff", "crm/categories", 1, 2)["items"])
    (back,) = ask("rollback", "crm/categories")["items"]
    assert (back["number"], back["state"]) == (1, "active")
    assert ask("held", "crm/categories")["items"] == []
    with pytest.raises(CommandError, match="no value map 'sizes'"):
        run("row", "crm/categories", "sizes", "S", "small", "--port", site.port)
    assert "1" in run("versions", "crm/categories", "--port", site.port).stdout
    assert (
        "looked at" in run("preview", "crm/categories", "--version", 1, "--port", site.port).stdout
    )


def test_a_faulty_text_is_not_published(ask, run, site, faulty):  # noqa: F811
    del ask
    with pytest.raises(CommandError, match=r"(?s)not published.*did you mean 'code'"):
        run("publish", "crm/categories", "--file", faulty, "--port", site.port)
