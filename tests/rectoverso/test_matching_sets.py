"""Folders of records: what is read, what is wrong with them, what matching finds."""

import pytest

from master_data.forms.records import form_of, known_words
from rectoverso.bench.matching.folders import find_sets, read_set
from rectoverso.bench.matching.run import bench_sets
from rectoverso.bench.matching.sets import measure_set, quality
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
    assert figures["f1"] is None
    assert figures["candidate_recall"] is None
    assert figures["linked"] == 1


def test_a_column_that_is_not_there_is_named(folder):
    (folder / "a.csv").write_text("id,first\n1,Anna\n")
    with pytest.raises(CommandError, match="names 'last', which is not there"):
        read_set(folder)


def test_a_folder_without_sets_says_what_a_set_is(tmp_path):
    with pytest.raises(CommandError, match="a set is a folder with"):
        find_sets(tmp_path)


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t")]
)
def test_any_separator_and_encoding_will_do(folder, encoding, separator):
    text = (folder / "a.csv").read_text().replace(",", separator).replace("Piotr", "Jürgen")
    (folder / "a.csv").write_bytes(text.encode(encoding))
    assert read_set(folder).a[2][1]["given_name"] == ["Jürgen"]
    assert measure_set(folder)["f1"] == 1.0


def test_matches_may_have_other_columns_and_ids_that_nobody_has(folder):
    (folder / "matches.csv").write_text("left,right,sure\n1,2,yes\n1,99,no\n")
    figures = measure_set(folder)
    assert (figures["f1"], figures["matches_of_unknown_ids"]) == (1.0, 1)


def test_both_files_may_count_from_one(folder):
    (folder / "b.csv").write_text(
        "id,first,last,born,street\n3,Anna,Kowalczyk,1980-02-03,Polna 5\n1,Jan,Mazur,,\n"
    )
    (folder / "matches.csv").write_text("id_1,id_2\n1,3\n2,3\n")
    figures = measure_set(folder)
    assert (figures["linked"], figures["f1"]) == (2, 1.0)


def test_a_word_that_says_nothing_is_told_and_ignored(folder):
    columns = (folder / "columns.yaml").read_text().replace("family_name", "famly_name")
    (folder / "columns.yaml").write_text(columns)
    assert measure_set(folder)["ignored_words"] == ["famly_name"]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("a.csv", "", "a.csv is empty"),
        ("a.csv", "id,first,last,born,street\n,Anna,,,\n", "line 2: no id"),
        ("a.csv", "id,first,last,born,street\n1,,,,\n1,,,,\n", "line 3: a second record 1"),
        ("columns.yaml", "entity: person\ncolumns: {first: 3}", "column 'first' must name a word"),
        ("columns.yaml", "entity: spoon\ncolumns: {first: name}", "entity 'spoon' is none of"),
        ("columns.yaml", "columns: [", "columns.yaml cannot be read"),
        ("matches.csv", "id_1\n1\n", "line 2: a pair is two ids"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said_in_plain_words(folder, file, text, said):
    (folder / file).write_text(text)
    with pytest.raises(CommandError, match=said):
        measure_set(folder)


@pytest.mark.parametrize("rows", ["", "1,Anna,Kowalczyk,1980-02-03,Polna 5\n"])
def test_one_record_or_none_is_a_set_too(folder, rows):
    (folder / "a.csv").write_text("id,first,last,born,street\n" + rows)
    figures = measure_set(folder)
    assert (figures["linked"], figures["candidates_per_record"]) == (0, 0.0)


SAID = ["Anna Berg Jr", "1980-02-03", "DE 123456789", "PL61109010140000071219812874",
        "a@acme.pl", "+48 601 234 567", "5901234123457", "12.50", "0.5 l red"]  # fmt: skip


@pytest.mark.parametrize("entity", ["person", "company", "product", "category"])
def test_every_known_word_is_read(entity):
    for word in known_words(entity):
        assert any(form_of(entity, {word: text}) for text in [*SAID, "DE"]), word


def test_quality_counts_pairs():
    figures = quality({(1, 2), (3, 4)}, {(1, 2), (5, 6)})
    assert figures == {"precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_a_set_that_cannot_be_read_leaves_the_others_to_be_measured(tmp_path):
    for name, text in (
        ("good", "id,first\n1,Anna\n2,Otto\n"),
        ("twice", "id,first,first\n1,a,b\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text(text)
        (tmp_path / name / "columns.yaml").write_text(
            "entity: person\ncolumns: {first: given_name}"
        )
    (tmp_path / "good" / "matches.csv").write_text("id_1,id_2\n1,1\n")
    told = []
    figures = bench_sets(tmp_path, None, told.append)
    assert figures["good"]["records"] == 2
    assert figures["twice"]["error"].endswith("two columns are called 'first'")
    with pytest.raises(CommandError, match="two columns"):
        bench_sets(tmp_path, "twice", told.append)
    assert read_set(tmp_path / "good").truth == set()
