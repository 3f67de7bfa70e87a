"""Money and quantities."""

from decimal import ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.money import AmountError, Money, Quantity, minor_units

AMOUNTS = st.decimals(
    min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False
)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("12.5", "EUR", "12.50"),
        ("12.50", "EUR", "12.50"),
        ("12", "JPY", "12"),
        ("12.000", "JPY", "12"),
        ("1.234", "KWD", "1.234"),
        ("1.5", "CLF", "1.5000"),
        ("-0.00", "RON", "0.00"),
        ("007.10", "RUB", "7.10"),
        ("90071992547409.93", "IDR", "90071992547409.93"),
    ],
)
def test_an_amount_gets_the_decimals_of_its_currency(amount, currency, shown):
    money = Money.parse(amount, currency)
    assert money.to_json() == {"amount": shown, "currency": currency}
    assert str(money) == f"{shown} {currency}"


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("12.505", "EUR"),
        ("1.5", "JPY"),
        ("1,5", "EUR"),
        ("1e3", "EUR"),
        ("NaN", "EUR"),
        ("", "EUR"),
        (" 1", "EUR"),
        ("+1", "EUR"),
        ("٣", "EUR"),
        ("1234567890123456", "EUR"),
        ("1", "EURO"),
        ("1", "eur"),
        ("1", "XXX"),
        ("1", "QQQ"),
        ("1", ""),
    ],
)
def test_what_is_no_exact_money_is_refused(amount, currency):
    with pytest.raises(AmountError):
        Money.parse(amount, currency)


def test_a_unit_price_may_have_more_decimals_when_asked():
    assert str(Money.parse("0.01250", "EUR", places=4)) == "0.0125 EUR"
    with pytest.raises(AmountError, match="at most 4"):
        Money.parse("0.01255", "EUR", places=4)


@pytest.mark.parametrize(
    "document",
    [
        None,
        "12.50 EUR",
        {},
        {"amount": "1"},
        {"amount": 1, "currency": "EUR"},
        {"amount": "1", "currency": None},
        {"amount": "1", "currency": "EUR", "tax": "0"},
    ],
)
def test_only_the_two_texts_make_money(document):
    with pytest.raises(AmountError):
        Money.from_json(document)


@given(AMOUNTS)
def test_money_survives_the_trip_through_json(amount):
    money = Money.parse(f"{amount:f}", "EUR")
    assert Money.from_json(money.to_json()) == money
    assert money.amount == amount


@given(AMOUNTS, AMOUNTS)
def test_sums_and_differences_are_exact(one, two):
    first, second = Money.parse(f"{one:f}", "USD"), Money.parse(f"{two:f}", "USD")
    assert (first + second - second) == first
    assert (first + second).amount == one + two


@given(AMOUNTS, st.decimals(0, 2, places=4))
def test_a_product_is_off_by_half_a_minor_unit_at_most(amount, factor):
    product = Money.parse(f"{amount:f}", "EUR").times(factor)
    assert abs(product.amount - amount * factor) <= Decimal("0.005")
    assert product.amount.as_tuple().exponent == -2


def test_rounding_is_the_callers_choice():
    assert str(Money.parse("0.05", "EUR").times(Decimal("0.5"))) == "0.02 EUR"
    assert str(Money.parse("0.05", "EUR").times(Decimal("0.5"), ROUND_UP)) == "0.03 EUR"


def test_currencies_do_not_mix():
    with pytest.raises(AmountError, match="EUR and USD"):
        Money.parse("1", "EUR") + Money.parse("1", "USD")


@pytest.mark.parametrize(("code", "units"), [("EUR", 2), ("JPY", 0), ("TND", 3), ("UYW", 4)])
def test_minor_units_are_those_of_iso_4217(code, units):
    assert minor_units(code) == units


def test_a_quantity_keeps_the_decimals_it_was_given():
    quantity = Quantity.from_json({"value": "1.500", "unit": "KGM"})
    assert quantity.to_json() == {"value": "1.500", "unit": "KGM"}
    assert str(quantity) == "1.500 KGM"


@pytest.mark.parametrize(("value", "unit"), [("1", "kg"), ("1", ""), ("x", "KGM"), ("1", "KILO")])
def test_what_is_no_quantity_is_refused(value, unit):
    with pytest.raises(AmountError):
        Quantity.parse(value, unit)
