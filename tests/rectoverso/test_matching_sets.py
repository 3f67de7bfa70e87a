"""Folders of records: what is read, what is wrong with them, what matching finds."""

import pytest

from rectoverso.bench.matching.sets import find_sets, measure_set, quality, read_set
from rectoverso.errors import CommandError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "columns.yaml").write_text(
        "entity: person\none_to_one: false\n"
        "columns:\n"
        "  {first: given_name, last: family_name, born: birth_date, street: address.street}\n"
    )
    (tmp_path / "a.csv").write_text(
        "id,first,last,born,street\n"
        "1,Anna,Kowalczyk,1980-02-03,Polna 5\n"
        "2,Ana,Kowalczyk,1980-02-03,Polna 5\n"
        "3,Piotr,Kowalczyk,1978-11-30,Polna 5\n"
        "4,,,,\n"
    )
    (tmp_path / "matches.csv").write_text("id_1,id_2\n2,1\n")
    return tmp_path


def test_a_folder_is_measured(folder):
    figures = measure_set(folder)
    assert (figures["precision"], figures["recall"], figures["f1"]) == (1.0, 1.0, 1.0)
    assert figures["candidate_recall"] == 1.0
    assert figures["without_keys"] == 1


def test_without_known_pairs_there_is_no_quality(folder):
    (folder / "matches.csv").unlink()
    figures = measure_set(folder)
    assert "f1" not in figures
    assert figures["linked"] == 1


def test_a_column_that_is_not_there_is_named(folder):
    (folder / "a.csv").write_text("id,first\n1,Anna\n")
    with pytest.raises(CommandError, match="names 'last', which is not there"):
        read_set(folder)


def test_a_folder_without_sets_says_what_a_set_is(tmp_path):
    with pytest.raises(CommandError, match="a set is a folder with"):
        find_sets(tmp_path)


def test_quality_counts_pairs():
    figures = quality({("a", "b"), ("c", "d")}, {("a", "b"), ("e", "f")})
    assert figures == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
