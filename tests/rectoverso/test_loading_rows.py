from decimal import Decimal
from pathlib import Path

import pytest

from rectoverso.loading.columns import arrange, preset_names
from rectoverso.loading.customers import Purpose
from rectoverso.loading.model import App, BadFile, Entity
from rectoverso.loading.places import country_code, currency_of
from rectoverso.loading.prepare import prepare
from rectoverso.loading.products import parse_amount
from rectoverso.loading.report import preview_rows, write_bad_rows
from rectoverso.loading.table import read_table

NORTHWIND = Path(__file__).parents[2].parent / "shared" / "data" / "northwind"
northwind = pytest.mark.skipif(not NORTHWIND.exists(), reason="the Northwind files are not here")


@pytest.fixture
def load(tmp_path):
    def prepared(text, entity="customers", app="erp", currency=None, map_name=None):
        path = tmp_path / "f.csv"
        path.write_text(text, encoding="utf-8")
        return prepare_file(path, entity, app, currency, map_name)

    return prepared


def prepare_file(path, entity, app, currency=None, map_name=None):
    table = read_table(path)
    columns = arrange(table, Entity(entity), map_name=map_name, beside=path.parent)
    good, bad = prepare(table, columns, Purpose(Entity(entity), App(app), currency))
    return table, columns, good, bad


@northwind
def test_northwind_has_91_customers_and_two_blank_ones():
    table, _, good, bad = prepare_file(NORTHWIND / "customers.csv", "customers", "erp")

    assert len(good) == 91
    assert [(each.row.line, each.row.cells[:2]) for each in bad] == [
        (85, ("Val2", "IT")),
        (86, ("VALON", "IT")),
    ]
    assert all("only a name" in each.findings[0].reason for each in bad)
    assert {each.values["currency"] for each in good} >= {"EUR", "USD", "GBP", "MXN"}
    assert table.header[0] == "CustomerID"


@northwind
def test_northwind_has_29_suppliers_with_streets_of_two_lines():
    _, _, good, bad = prepare_file(NORTHWIND / "suppliers.csv", "suppliers", "crm")

    assert (len(good), bad) == (29, [])
    assert {role for each in good for role in each.values["roles"]} == {"supplier"}
    tokyo = good[3].values["addresses"][0]
    assert (tokyo["street"], tokyo["street2"]) == ("9-8 Sekimai", "Musashino-shi")
    assert [finding.column for each in good for finding in each.findings] == ["HomePage"] * 2


@northwind
def test_northwind_has_77_products_by_number_with_categories():
    _, columns, good, bad = prepare_file(NORTHWIND / "products.csv", "products", "erp", "EUR")

    assert (len(good), bad) == (77, [])
    assert good[0].values["sku"] == "NW-1"
    assert good[0].category == "Beverages"
    assert good[4].values["lifecycle"] == "obsolete"
    assert good[4].values["prices"] == [
        {"currency": "EUR", "price_list": "standard", "amount": "21.35"}
    ]
    assert "UnitsInStock" in columns.unused


@northwind
def test_products_without_a_currency_are_bad_and_say_so():
    _, _, good, bad = prepare_file(NORTHWIND / "products.csv", "products", "erp")

    assert (good, len(bad)) == ([], 77)
    assert bad[0].findings[0].column == "UnitPrice"
    assert "--currency" in bad[0].findings[0].reason


@pytest.mark.parametrize(
    "header",
    [
        "Company name;ZIP;Phone number",
        "Razón social;Código postal;Teléfono",
        "Firma;PLZ;Telefon",
        "Название;Индекс;Телефон",
    ],
)
def test_columns_are_found_in_four_languages(load, header):
    _, columns, good, _ = load(f"{header}\nA;10115;030 12345678\n", app="crm")

    assert set(columns.places) == {"name", "postal_code", "phone"}
    assert good[0].values["name"] == "A"


def test_a_person_has_given_and_family_name(load):
    *_, good, _ = load("Name,First name,Last name,Email\nIna Bo,Ina,Bo,i@example.com\n", app="crm")

    assert good[0].values["kind"] == "person"


def test_real_numbers_become_e164_and_others_stay_as_written(load):
    *_, good, _ = load("name,phone,fax,country\nA,030 12345678,88.60,Germany\n")

    assert [point["value"] for point in good[0].values["contact_points"]] == [
        "+493012345678",
        "88.60",
    ]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",Bonn,DE", "name", "Fill in the name"),
        ("A,,", None, "only a name"),
        ("A,Bonn,Atlantis", "country", "Atlantis is not a country"),
        ("A,Bonn,", "country", "Give a currency"),
        ("A,Bonn,DE,x", None, "4 cells and the header 3"),
        ("A", None, "1 cells and the header 3"),
    ],
)
def test_a_bad_row_says_column_and_reason(load, row, column, reason):
    *_, good, (bad,) = load(f"name,city,country\n{row}\n")

    assert good == []
    assert reason in bad.findings[0].reason
    assert bad.findings[0].column in {column, None}


def test_bad_products_say_every_reason(load):
    text = "sku,name,price,ean\nA,a,1.5,4006381333931\n,b,free,123\nA,c,2,\n"
    _, _, good, bad = load(text, entity="products", currency="EUR")

    assert [each.values["sku"] for each in good] == ["A"]
    assert [[finding.column for finding in each.findings] for each in bad] == [
        ["sku", "price", "ean"],
        ["sku"],
    ]
    assert "Line 2 has this product number" in bad[1].findings[0].reason


def test_bad_rows_are_written_with_their_cells(load, tmp_path):
    table, _, _, bad = load('name,city,country\nA,,\nB,"Bonn, x",Nowhere\n', app="crm")
    path = tmp_path / "bad.csv"

    write_bad_rows(path, table, bad)

    again = read_table(path)
    assert again.header == ("line", "column", "reason", "name", "city", "country")
    assert [row.cells[0] for row in again.rows] == ["2", "3"]
    assert again.rows[1].cells[3:] == ("B", "Bonn, x", "Nowhere")


def test_the_preview_shows_what_would_be_written(load):
    *_, good, _ = load("name,city,country\nA,Bonn,DE\n")

    (row,) = preview_rows(good)
    assert row["line"] == "2"
    assert "Bonn" in row["addresses"]


def test_a_map_file_decides_the_columns(load, tmp_path):
    (tmp_path / "groups.csv").write_text("id,group\n7,Tools\n")
    (tmp_path / "map.toml").write_text(
        '[columns]\nA = "sku"\nB = "name"\nC = "category"\n'
        '[prefix]\nsku = "X-"\n[lookup]\nC = "groups.csv"\n'
    )
    *_, good, _ = load("A,B,C\n1,Saw,7\n", entity="products", map_name=str(tmp_path / "map.toml"))

    assert (good[0].values["sku"], good[0].category) == ("X-1", "Tools")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[columns]\nZ = "name"\n', "column Z"),
        ('[columns]\nA = "shoe_size"\n', "field shoe_size"),
        ('[columns]\nA = "city"\n', "No column holds the name"),
        ("colours = 1", "is wrong"),
    ],
)
def test_a_map_file_that_does_not_fit_says_why(load, tmp_path, text, reason):
    path = tmp_path / "map.toml"
    path.write_text(text)

    with pytest.raises(BadFile, match=reason):
        load("A,B\n1,2\n", map_name=str(path))


def test_a_map_file_that_is_not_there_names_the_presets(load):
    with pytest.raises(BadFile, match="northwind-products"):
        load("A\n1\n", map_name="nowhere.toml")
    assert preset_names() == ["northwind-products"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.5", "12.5"),
        ("12,50", "12.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,5", "1234.5"),
        ("0", "0"),
    ],
)
def test_amounts_are_read_in_both_notations(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1,234", "-1", "NaN", "Infinity", "free", "€5", ""])
def test_amounts_that_are_not_certain_are_refused(text):
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GB"),
        ("USA", "US"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("España", "ES"),
        ("Deutschland", "DE"),
        ("Россия", "RU"),
        ("Venezuela", "VE"),
        ("Sweden ", "SE"),
        ("Atlantis", None),
    ],
)
def test_countries_are_known_by_code_and_name(text, code):
    assert country_code(text) == code


def test_every_country_has_the_currency_it_pays_in_today():
    assert [currency_of(code) for code in ("DE", "PL", "HR", None)] == ["EUR", "PLN", "EUR", None]
