import openpyxl
import pytest

from rectoverso.loading.model import BadFile
from rectoverso.loading.table import read_table


@pytest.fixture
def file(tmp_path):
    def write(body, name="f.csv"):
        path = tmp_path / name
        path.write_bytes(body)
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(file, encoding):
    table = read_table(file("name,city\nMüller,Köln\n".encode(encoding)))

    assert table.header == ("name", "city")
    assert table.rows[0].cells == ("Müller", "Köln")


def test_an_encoding_that_cannot_be_guessed_is_told(file):
    table = read_table(file("имя\nЛён\n".encode("cp1251")), encoding="cp1251")

    assert table.rows[0].cells == ("Лён",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(file, delimiter):
    body = delimiter.join(["name", '"a, b; c"', "x"]) + "\n" + delimiter.join(["1", "2", "3"])

    assert read_table(file(body.encode())).header == ("name", "a, b; c", "x")


def test_quoted_line_breaks_stay_and_lines_are_those_of_the_file(file):
    table = read_table(file(b'name,street\n"A","1\n2"\n\nB,"3"\n'))

    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("A", "1\n2")),
        (5, ("B", "3")),
    ]


def test_blanks_around_cells_and_idle_cells_at_the_end_are_cut(file):
    table = read_table(file(b"name,city,,\n A , B ,,\n"))

    assert table.header == ("name", "city")
    assert table.rows[0].cells == ("A", "B")


def test_a_row_that_is_too_long_or_too_short_keeps_its_length(file):
    table = read_table(file(b"name,city\nA,B,C\nD\n"))

    assert [len(row.cells) for row in table.rows] == [3, 1]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b'name\n"open\n', "line 2"),
        (b"\x00\x01\x02", "neither CSV nor XLSX"),
        (b"PK\x03\x04 not a workbook", "not an XLSX"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(file, body, reason):
    with pytest.raises(BadFile, match=reason):
        read_table(file(body))


def test_a_missing_file_and_an_unknown_encoding_are_named(file, tmp_path):
    with pytest.raises(BadFile, match=r"gone\.csv"):
        read_table(tmp_path / "gone.csv")
    with pytest.raises(BadFile, match="There is no encoding utf-99"):
        read_table(file(b"a\n"), encoding="utf-99")
    with pytest.raises(BadFile, match="is not ascii"):
        read_table(file("é\n".encode()), encoding="ascii")


def test_a_workbook_gives_texts_as_people_see_them(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["name", "postal code", "price", "discontinued"])
    sheet.append(["Лён", 28001, 12.5, True])
    sheet.append([None, None, None, None])
    sheet.append(["B", "08001", 3.0, False])
    path = tmp_path / "f.xlsx"
    book.save(path)

    table = read_table(path)

    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("Лён", "28001", "12.5", "1")),
        (4, ("B", "08001", "3", "0")),
    ]


def test_the_key_of_a_row_is_the_file_and_its_line(file):
    table = read_table(file(b"name\nA\nB\n"))
    same = read_table(file(b"name\nA\nB\n", "copy.csv"))
    other = read_table(file(b"name\nA\nC\n", "other.csv"))

    assert table.reference(2) == same.reference(2) != other.reference(2)
    assert table.reference(2) == f"load:{table.digest}:2"
    assert len(table.digest) == 16
