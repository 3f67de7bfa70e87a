"""Operations on numbers, units, identifiers and texts in several fields, both ways."""

from decimal import Decimal

import pytest

from mappings.compound import cut_words
from mappings.terms import Cut

KGM = {"unit": "KGM"}
# operation, words, golden value, words written for that golden value on a new record
BOTH_WAYS = [
    (", integer: {}", "0012", 12, 12),
    (", integer: {}", Decimal("3.0"), 3, 3),
    (", integer: {as text: true}", "-7", -7, "-7"),
    (", text: [trim], cut: 5, lossy: five letters there", " abcdefg", "abcdefg", "abcde"),
    (", cut: 3, lossy: three letters there", "ab ", "ab ", "ab"),
    (", money: {in: EUR}", Decimal("12.5"), {"amount": "12.50", "currency": "EUR"}, "12.50"),
    (", money: {in: JPY, minor units: true}", 7, {"amount": "7", "currency": "JPY"}, 7),
    (", quantity: {}", {"value": "", "unit": "KGM"}, None, None),
    (", quantity: {in: KGM}", "2.50", {"value": "2.5", **KGM}, "2.5"),
    (", quantity: {}", {"value": 2, "unit": "kgm"}, {"value": "2", **KGM}, {"value": "2", **KGM}),
    (", phone: {region: ES}", "911 23 45 67", "+34911234567", "+34911234567"),
    (", phone: {region: ES, national: true}", "911 23 45 67", "+34911234567", "911 23 45 67"),
    (", phone: {region: ES, national: true}", "+442079460958", "+442079460958", "+442079460958"),
    (", phone: {region: US}", "(202) 555-0123 ext. 7", "+12025550123;ext=7", "+12025550123;ext=7"),
    (", tax id: {country: ES}", "ES-B58378431", "B58378431", "B58378431"),
    (", tax id: {}", "de 136.695 976", "DE136695976", "DE136695976"),
    (", tax id: {country: EU}", "x 1", "X1", "X1"),
    (", country: {}", "es", "ES", "ES"),
    (", country: {form: alpha3}", "ESP", "ES", "ESP"),
    (", country: {form: numeric}", 40, "AT", "040"),
    (", country: {form: name}", "SPAIN", "ES", "Spain"),
    (", country: {form: name}", "Kingdom of Spain", "ES", "Spain"),
    (", set: {separator: ;}", "b; a;b", ["a", "b"], "a;b"),
    (", local time: {}", "2026-07-01 10:00:00", "2026-07-01T10:00:00Z", "2026-07-01 10:00:00"),
    (", local time: {zone: Europe/Madrid}", "2026-07-01 10:00:00", "2026-07-01T08:00:00Z",
     "2026-07-01 10:00:00"),
    (", local time: {zone: Europe/Madrid}", "2026-10-25 02:30:00", "2026-10-25T00:30:00Z",
     "2026-10-25 02:30:00"),
    (", date: {form: '%Y-%m-%dT00:00:00'}", "2026-03-31T00:00:00", "2026-03-31",
     "2026-03-31T00:00:00"),
]  # fmt: skip


@pytest.mark.parametrize("case", BOTH_WAYS)
def test_an_operation_carries_a_value_both_ways(one_field, links, view, case):
    operation, words, golden, written = case
    mapping = one_field(operation)
    assert mapping.to_golden({"a": words}, None, links).scalars["g"] == (words, golden)
    created = mapping.to_system(view({"g": golden}), None, links).values
    assert created == ({} if written is None else {"a": written})


REFUSED_WORDS = [
    (", integer: {}", "1.5", "is not a whole number"),
    (", integer: {}", "one", "is not a plain number"),
    (", money: {in: EUR}", "much", "is not a plain number"),
    (", quantity: {}", {"value": "2", "unit": None}, "needs its unit"),
    (", quantity: {}", "2 kg", "is not a number with a unit"),
    (", phone: {region: ES}", "call me", "is not a telephone number"),
    (", country: {}", "Spain", "is not a country by its alpha2"),
    (", country: {form: numeric}", "999", "is not a country by its numeric"),
    (", local time: {}", "31.3.2026", "is not a time of the form"),
    (", set: {separator: ;}", ["a"], "is not text"),
]


@pytest.mark.parametrize(("operation", "words", "reason"), REFUSED_WORDS)
def test_words_that_cannot_be_carried_are_a_problem(one_field, links, operation, words, reason):
    inbound = one_field(operation).to_golden({"a": words}, None, links)
    assert inbound.scalars == {}
    assert reason in inbound.problems["g"].reason


REFUSED_GOLDEN = [
    (", money: {in: EUR}", {"amount": "1", "currency": "USD"}, "the golden record in USD"),
    (", quantity: {in: KGM}", {"value": "1", "unit": "MTR"}, "measure different things"),
    (", quantity: {in: KGM}", {"value": "1", "unit": "XYZ"}, "measure different things"),
    (", quantity: {}", {"value": None, "unit": "KGM"}, "is not a quantity"),
    (", country: {}", "XX", "is not a country of two letters"),
    (", set: {separator: ;}", ["a;b"], "contains ';'"),
    (", integer: {}", "x", "is not a plain number"),
    (", local time: {zone: Asia/Tokyo}", "9999-12-31T23:00:00Z", "not an instant of our calendar"),
    (", local time: {}", "yesterday", "is not an instant"),
]


@pytest.mark.parametrize("case", REFUSED_GOLDEN)
def test_a_golden_value_that_cannot_be_carried_is_a_problem(one_field, links, view, case):
    operation, golden, reason = case
    outbound = one_field(operation).to_system(view({"g": golden}), {"a": "before"}, links)
    assert outbound.values == {}
    assert reason in outbound.problems["g"].reason


KEPT = [
    (", cut: 3, lossy: three letters there", "abc", "abcdef"),
    (", quantity: {in: KGM, scale: 1}", "2.5", {"value": "2500", "unit": "GRM"}),
    (", quantity: {in: KGM, scale: 1}", "2.5", {"value": "5.5", "unit": "LBR"}),
    (", quantity: {in: LBR, scale: 3}", "0.007", {"value": "3", "unit": "GRM"}),
    (", phone: {region: ES}", "911 23 45 67", "+34911234567"),
    (", tax id: {country: ES}", "ES-B58378431", "B58378431"),
    (", country: {form: name}", "SPAIN", "ES"),
    (", set: {separator: ;}", ";b;a", ["a", "b"]),
    (", integer: {as text: true}", "007", 7),
]


@pytest.mark.parametrize("case", KEPT)
def test_what_says_the_same_is_kept_on_both_sides(one_field, links, view, case):
    operation, words, golden = case
    mapping = one_field(operation)
    before = view({"g": golden})
    assert mapping.to_system(before, {"a": words}, links).values == {}
    assert mapping.to_golden({"a": words}, before, links).scalars["g"].value == golden


# --- texts in several fields ---------------------------------------------------------------------

CUTS = [
    ("Calle Mayor 5", ["Calle", "Mayor 5"], ["Calle Mayor", "5"], ["Calle Mayor", "5"]),
    ("Calle 5 bis", ["Calle", "5 bis"], ["Calle 5", "bis"], ["Calle", "5 bis"]),
    ("5 Main St", ["5", "Main St"], ["5 Main", "St"], ["5 Main St", None]),
    ("Ana", ["Ana", None], ["Ana", None], ["Ana", None]),
    (" ", [None, None], [None, None], [None, None]),
]


@pytest.mark.parametrize(("text", "first", "last", "number"), CUTS)
def test_a_text_is_cut_where_the_rule_says(text, first, last, number):
    assert cut_words(text, " ", Cut.FIRST, 2) == first
    assert cut_words(text, " ", Cut.LAST, 2) == last
    assert cut_words(text, " ", Cut.NUMBER, 2) == number


def test_two_app_fields_make_one_golden_text(compiled, links, view):
    mapping = compiled("fields:\n  - {golden: g, join: {app: [s, n], at: number}}\n")
    record = {"s": "Calle  Mayor", "n": "5"}
    read = mapping.to_golden(record, None, links).scalars["g"]
    assert read.value == "Calle  Mayor 5"
    assert mapping.to_system(view({"g": read.value}), record, links).values == {}
    moved = mapping.to_system(view({"g": "Calle Mayor 7"}), record, links)
    assert moved.values == {"s": "Calle Mayor", "n": "7"}
    assert mapping.to_system(view({"g": None}), record, links).values == {"s": None, "n": None}
    assert mapping.to_golden({"s": "x"}, None, links).scalars["g"].value == "x"
    assert mapping.to_golden({}, None, links).absent == {"g"}


def test_a_long_name_stands_in_pieces_and_what_does_not_fit_is_held(compiled, links, view):
    mapping = compiled("fields:\n  - {golden: g, pieces: {app: [a, b, c], width: 10}}\n")
    name = "Ana Trujillo Emparedados y helados"
    refused = mapping.to_system(view({"g": name}), None, links)
    assert "does not fit into 3 x 10" in refused.problems["g"].reason
    name = "Ana Maria Trujillo Hija"
    written = mapping.to_system(view({"g": name}), None, links).values
    assert written == {"a": "Ana Maria", "b": "Trujillo", "c": "Hija"}
    assert mapping.to_golden(written, None, links).scalars["g"].value == name
    shorter = mapping.to_system(view({"g": "Ana Maria"}), written, links)
    assert shorter.values == {"b": None, "c": None}
    long = mapping.to_system(view({"g": "Donaudampfschiffahrt"}), None, links)
    assert long.values == {}


SPLIT = "fields:\n  - {app: full, split: {golden: [given, family], at: last}}\n"


def test_one_app_text_is_cut_into_golden_fields_and_joined_again(compiled, links, view):
    mapping = compiled(SPLIT)
    read = mapping.to_golden({"full": "Juan Carlos Soto"}, None, links).scalars
    assert (read["given"].value, read["family"].value) == ("Juan Carlos", "Soto")
    golden = view({"given": "Juan", "family": "Carlos Soto"})
    kept = mapping.to_golden({"full": "Juan Carlos Soto"}, golden, links).scalars
    assert (kept["given"].value, kept["family"].value) == ("Juan", "Carlos Soto")
    assert mapping.to_system(golden, {"full": "Juan  Carlos Soto"}, links).values == {}
    assert mapping.to_system(golden, None, links).values == {"full": "Juan Carlos Soto"}
    assert mapping.to_system(view({"given": "Eva"}), {"full": "Ana Soto"}, links).values == {
        "full": "Eva Soto"
    }
    cleared = mapping.to_system(view({"given": None, "family": None}), {"full": "Ana"}, links)
    assert cleared.values == {"full": None}
    assert mapping.to_golden({}, None, links).absent == {"given", "family"}
    wrong = mapping.to_golden({"full": 5}, None, links)
    assert set(wrong.problems) == {"given", "family"}
    assert mapping.to_system(view({"given": 5}), {"full": "Ana"}, links).problems.keys() == {
        "given",
        "family",
    }
