"""`rectoverso match export-splink` and `import-splink`, on files."""

import json

import pytest
from typer.testing import CliRunner

from master_data.likeness.model import from_json, shipped_model
from rectoverso.cli import build
from rectoverso.errors import CommandError


def run(*words):
    result = CliRunner().invoke(build(["match"]), ["match", *map(str, words)])
    if isinstance(result.exception, CommandError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def test_a_part_of_the_shipped_model_goes_out_and_comes_back(tmp_path):
    out, back = tmp_path / "settings.json", tmp_path / "model.json"
    told = run("export-splink", "person", "--out", out, "--partial").output
    assert "left out: veto generation" in told
    names = [each["output_column_name"] for each in json.loads(out.read_text())["comparisons"]]
    assert "national_id" in names
    assert "given" not in names
    tax = [each for each in json.loads(out.read_text())["comparisons"] if "tax" in str(each)][:1]
    out.write_text(json.dumps(json.loads(out.read_text()) | {"comparisons": tax}))
    run("import-splink", out, "--entity", "person", "--out", back)
    ours = [each for each in shipped_model("person").comparisons if each.name == "tax_id"]
    assert list(from_json(json.loads(back.read_text())).comparisons) == ours


def test_a_model_that_splink_cannot_say_is_refused_by_name(tmp_path):
    out = tmp_path / "settings.json"
    with pytest.raises(CommandError, match="comparison given, level 'a familiar form"):
        run("export-splink", "person", "--out", out)
    with pytest.raises(CommandError, match="none of the comparisons"):
        run("export-splink", "other", "--out", out, "--partial")
    assert not out.exists()


def test_what_is_no_model_of_splink_is_refused(tmp_path):
    file, out = tmp_path / "settings.json", tmp_path / "model.json"
    for text, reason in (("no", "no JSON"), ("[]", "no object"), ("{}", "probability_two_random")):
        file.write_text(text)
        with pytest.raises(CommandError, match=reason):
            run("import-splink", file, "--entity", "person", "--out", out)
    file.write_text("{}")
    with pytest.raises(CommandError, match="--column is"):
        run("import-splink", file, "--entity", "person", "--out", out, "--column", "given")
