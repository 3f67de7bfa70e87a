"""What each operation makes of a value, both ways."""

from decimal import Decimal

import pytest

# operation, words, golden value, words written for that golden value on a new record
BOTH_WAYS = [
    ("", "x", "x", "x"),
    ("", 0, 0, 0),
    ("", False, False, False),
    ("", {"unit": "KGM"}, {"unit": "KGM"}, {"unit": "KGM"}),
    (", text: [trim]", "  a b ", "a b", "a b"),
    (", text: [squeeze]", " a \n b ", "a b", "a b"),
    (", text: [nfc]", "e\u0301", "é", "é"),
    (", text: [nfc, trim, upper]", " né ", "NÉ", "NÉ"),
    (", text: [lower]", "ANA", "ana", "ana"),
    (", decimal: {}", "0012.500", "12.5", "12.5"),
    (", decimal: {}", 7, "7", "7"),
    (", decimal: {}", Decimal("1E+3"), "1000", "1000"),
    (", decimal: {}", "-0.0", "0", "0"),
    (", decimal: {min scale: 2}", "-12.5", "-12.50", "-12.50"),
    (", decimal: {scale: 2}", "1.005", "1.005", "1"),
    (", decimal: {scale: 2, rounding: half_up}", "1.005", "1.005", "1.01"),
    (", decimal: {scale: 2, rounding: down}", "-1.999", "-1.999", "-1.99"),
    (", boolean: {}", True, True, True),
    (", boolean: {yes: [Y, J], no: [N]}", "J", True, "Y"),
    (", boolean: {yes: [1], no: [0]}", 0, False, 0),
    (", date: {}", "2026-03-31", "2026-03-31", "2026-03-31"),
    (", date: {form: '%d.%m.%Y'}", "31.03.0926", "0926-03-31", "31.03.0926"),
    (", date: {form: '%Y%m%d'}", "20260331", "2026-03-31", "20260331"),
    (", instant: {}", "2026-03-31T10:00:00+02:00", "2026-03-31T08:00:00Z", "2026-03-31T08:00:00Z"),
    (", instant: {}", "2026-03-31T08:00:00.250Z", "2026-03-31T08:00:00.25Z",
     "2026-03-31T08:00:00.25Z"),
    (", instant: {form: epoch_seconds}", 86400, "1970-01-02T00:00:00Z", 86400),
    (", instant: {form: epoch_milliseconds}", -500, "1969-12-31T23:59:59.5Z", -500),
    (", money: {}", {"amount": "12.5", "currency": "eur"},
     {"amount": "12.50", "currency": "EUR"}, {"amount": "12.50", "currency": "EUR"}),
    (", money: {}", {"amount": 7, "currency": "JPY"},
     {"amount": "7", "currency": "JPY"}, {"amount": "7", "currency": "JPY"}),
    (", money: {scale: 2}", {"amount": "10.005", "currency": "EUR"},
     {"amount": "10.005", "currency": "EUR"}, {"amount": "10.00", "currency": "EUR"}),
    (", money: {minor units: true}", {"amount": 1250, "currency": "BHD"},
     {"amount": "1.250", "currency": "BHD"}, {"amount": 1250, "currency": "BHD"}),
    (", values: size", "s", "small", "S"),
    (", values: size", "L", "large", "L"),
    (", reference: {entity: category}", "ca_1", "gr_1", "ca_1"),
    (", reference: {entity: category}", 7, "gr_7", "7"),
    (", set: {}", ["b", "a", "b", ""], ["a", "b"], ["a", "b"]),
    (", set: {text: [upper]}", ["b", "B"], ["B"], ["B"]),
    (", set: {values: size}", ["L", "s"], ["large", "small"], ["L", "S"]),
]  # fmt: skip


@pytest.mark.parametrize("case", BOTH_WAYS)
def test_an_operation_carries_a_value_both_ways(one_field, links, view, case):
    operation, words, golden, written = case
    mapping = one_field(operation)
    inbound = mapping.to_golden({"a": words}, None, links)
    assert inbound.scalars["g"] == (words, golden)
    assert mapping.to_system(view({"g": golden}), None, links).values == {"a": written}


REFUSED_WORDS = [
    ("", 1.5, "map it with `decimal`"),
    ("", Decimal("1.5"), "map it with `decimal`"),
    (", text: [trim]", 5, "5 is not text"),
    (", decimal: {}", "1e5", "not a plain number"),
    (", decimal: {}", "12,50", "not a plain number"),
    (", decimal: {}", True, "not a number"),
    (", decimal: {}", Decimal("Infinity"), "not a number"),
    (", decimal: {}", "1" * 31, "more than 30 digits"),
    (", boolean: {}", "true", "add its spelling"),
    (", boolean: {yes: [1], no: [0]}", True, "add its spelling"),
    (", boolean: {}", ["x"], "add its spelling"),
    (", date: {}", "2026-02-30", "is not a date"),
    (", date: {}", 20260331, "is not text"),
    (", instant: {}", "2026-03-31T08:00:00", "has no zone"),
    (", instant: {}", "yesterday", "is not an instant"),
    (", instant: {form: epoch_seconds}", 10**15, "not an instant of our calendar"),
    (", money: {}", "12 EUR", "not an amount with a currency"),
    (", money: {}", {"amount": "12", "currency": "euro"}, "not a currency code"),
    (", money: {}", {"amount": "12", "currency": None}, "None is not text"),
    (", money: {minor units: true}", {"amount": "1.5", "currency": "EUR"}, "not a whole number"),
    (", values: size", "M", "add a row"),
    (", values: size", ["M"], "add a row"),
    (", reference: {entity: category}", True, "not the id of a category"),
    (", set: {}", "a", "not a list of codes"),
    (", set: {}", ["a", 1], "mixes kinds"),
]


@pytest.mark.parametrize(("operation", "words", "reason"), REFUSED_WORDS)
def test_words_that_cannot_be_carried_are_a_problem_and_nothing_is_guessed(
    one_field, links, operation, words, reason
):
    inbound = one_field(operation).to_golden({"a": words}, None, links)
    assert inbound.scalars == {}
    assert inbound.problems["g"].words == words
    assert reason in inbound.problems["g"].reason


REFUSED_GOLDEN = [
    (", text: [trim]", 5, "not text"),
    (", decimal: {}", 5, "not text"),
    (", boolean: {}", "yes", "neither true nor false"),
    (", date: {}", "31.3.2026", "is not a date"),
    (", money: {}", "12", "is not money"),
    (", money: {}", {"amount": None, "currency": "EUR"}, "is not money"),
    (", values: size", "huge", "no row of the value map size"),
    (", set: {}", "a", "not a list of codes"),
]


@pytest.mark.parametrize("case", REFUSED_GOLDEN)
def test_a_golden_value_that_cannot_be_carried_is_a_problem_and_nothing_is_written(
    one_field, links, view, case
):
    operation, golden, reason = case
    outbound = one_field(operation).to_system(view({"g": golden}), {"a": "before"}, links)
    assert outbound.values == {}
    assert reason in outbound.problems["g"].reason


def test_a_reference_without_a_link_names_what_it_waits_for(one_field, links, view):
    mapping = one_field(", reference: {entity: category, missing: hold}")
    inbound = mapping.to_golden({"a": "ca_9"}, None, links)
    assert inbound.unresolved["g"] == ("category", "ca_9", "hold")
    outbound = mapping.to_system(view({"g": "gr_9"}), {"a": "ca_1"}, links)
    assert outbound.values == {}
    assert outbound.unresolved["g"] == ("category", "gr_9", "hold")


def test_money_in_two_fields_reads_and_writes_both(compiled, links, view):
    mapping = compiled("""
        fields:
          - {golden: limit, money: {amount: limit.cents, currency: money, minor units: true}}
    """)
    record = {"limit": {"cents": 1250, "by": "Ana"}, "money": "EUR"}
    read = mapping.to_golden(record, None, links).scalars["limit"]
    assert read.words == {"limit.cents": 1250, "money": "EUR"}
    assert read.value == {"amount": "12.50", "currency": "EUR"}
    golden = view({"limit": {"amount": "0.01", "currency": "EUR"}})
    outbound = mapping.to_system(golden, record, links)
    assert outbound.values == {"limit": {"cents": 1, "by": "Ana"}}
    assert outbound.sources == {"limit": {"limit"}}
    dollars = view({"limit": {"amount": "12.50", "currency": "USD"}})
    assert mapping.to_system(dollars, record, links).values == {"money": "USD"}
    cleared = mapping.to_system(view({"limit": None}), record, links)
    assert cleared.values == {"limit": {"cents": None, "by": "Ana"}}
    assert record["limit"] == {"cents": 1250, "by": "Ana"}


def test_money_without_an_amount_is_blank(one_field, links):
    inbound = one_field(", money: {}").to_golden(
        {"a": {"amount": None, "currency": "EUR"}}, None, links
    )
    assert inbound.scalars["g"].value is None


def test_nested_paths_keep_what_lies_beside_them(compiled, links, view):
    mapping = compiled("""
        fields:
          - {app: bill.to.city, golden: city}
          - {app: bill.to.street, golden: street}
    """)
    record = {"bill": {"to": {"city": "Roma", "street": "Via 1", "zip": "00100"}, "n": 1}}
    outbound = mapping.to_system(view({"city": "Lima", "street": "Av 2"}), record, links)
    assert outbound.values == {
        "bill": {"to": {"city": "Lima", "street": "Av 2", "zip": "00100"}, "n": 1}
    }
    assert record == {"bill": {"to": {"city": "Roma", "street": "Via 1", "zip": "00100"}, "n": 1}}
    assert outbound.sources == {"bill": {"city", "street"}}
    created = mapping.to_system(view({"city": "Lima", "street": "Av 2"}), None, links)
    assert created.values == {"bill": {"to": {"city": "Lima", "street": "Av 2"}}}
    assert mapping.to_golden({"bill": None}, None, links).absent == {"city", "street"}


def test_a_direction_carries_one_way_only(compiled, links, view):
    mapping = compiled("""
        fields:
          - {app: number, golden: number, direction: in}
          - {app: hint, golden: name, direction: out}
    """)
    assert mapping.inbound_paths == {"number"}
    assert mapping.outbound_paths == {"name"}
    assert mapping.paths == {"number", "name"}
    inbound = mapping.to_golden({"number": "1", "hint": "x"}, None, links)
    assert set(inbound.scalars) == {"number"}
    outbound = mapping.to_system(view({"number": "2", "name": "Ana"}), {"number": "1"}, links)
    assert outbound.values == {"hint": "Ana"}


def test_a_constant_is_written_on_create_alone_and_read_always(compiled, links, view):
    mapping = compiled("""
        fields:
          - {app: type, constant: Customer}
          - {golden: kind, constant: organisation}
    """)
    assert mapping.to_system(view(), None, links).values == {"type": "Customer"}
    assert mapping.to_system(view(), {"type": "Other"}, links).values == {}
    inbound = mapping.to_golden({}, None, links)
    assert inbound.scalars == {"kind": ("organisation", "organisation")}
    assert mapping.inbound_paths == {"kind"}
