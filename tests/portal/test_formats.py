from datetime import UTC, datetime, timedelta

import pytest

from portal import charts, formats
from portal.i18n import language

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def speak():
    marks = []

    def choose(code):
        marks.append(language.set(code))

    yield choose
    for mark in reversed(marks):
        language.reset(mark)


@pytest.mark.parametrize(
    ("code", "number", "money"),
    [
        ("en", "1,234.5", "€1,234.50"),
        ("es", "1.234,5", "1.234,50 €"),
        ("ru", "1 234,5", "1 234,50 €"),
        ("id", "1.234,5", "€1.234,50"),
        ("ro", "1.234,5", "1.234,50 EUR"),
    ],
)
def test_numbers_read_as_the_language_writes_them(speak, code, number, money):
    speak(code)
    plain = {"amount": "1234.50", "currency": "EUR"}
    assert formats.number("1234.5").replace("\xa0", " ") == number
    assert formats.money(plain).replace("\xa0", " ") == money


def test_no_digit_is_lost():
    assert formats.number("0.000000000000000001") == "0.000000000000000001"
    assert formats.money({"amount": "1.005", "currency": "EUR"}) == "€1.005"


@pytest.mark.parametrize("value", [None, "", "abc", True, "NaN", "Infinity"])
def test_what_is_no_number_stays_as_it_is(value):
    assert formats.number(value) == ("" if value is None else str(value))


def test_times_are_short_and_exact(speak):
    assert formats.ago(NOW - timedelta(minutes=5), NOW) == "5 min. ago"
    assert formats.moment("2026-01-05T13:00:00+01:00") == "5 Jan 2026, 12:00:00 UTC"
    assert formats.date("2026-01-05") == "Jan 5, 2026"
    speak("ru")
    assert formats.ago(NOW - timedelta(minutes=5), NOW) == "5 мин. назад"


@pytest.mark.parametrize("value", ["soon", "", None])
def test_what_is_no_time_shows_nothing(value):
    assert formats.date(value) == formats.iso(value) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Lucía Marín", "LM"), ("Ритм", "\u0420"), ("«Ритм» Дом", "Д"), ("", "?"), ("a b c", "AC")],
)
def test_an_avatar_has_one_or_two_letters(name, letters):
    assert formats.initials(name) == letters


def test_a_difference_is_marked_by_words_in_phrases_and_by_characters_in_codes():
    assert formats.diff("Main Street 29", "Main Street 30") == "Main Street <mark>29</mark>"
    assert formats.diff("NET30", "NET45") == "NET<mark>30</mark>"
    assert formats.diff("<b> x", "<i> x") == "<mark>&lt;b&gt;</mark> x"
    assert formats.diff(None, "x") == ""


def test_charts_escape_what_they_show_and_carry_a_table():
    chart = charts.bars([("<x>", {"a": 3})], [("a", "<legend>")], "<label>")
    assert "<x>" not in chart
    assert "<legend>" not in chart
    assert '<table class="sr-only">' in chart
    assert "<td>3</td>" in charts.donut([("open", 3), ("closed", 0)], "State")
    assert "points=" in charts.sparkline([1, 2, 3], "Trend")


def test_charts_of_nothing_are_drawn():
    assert charts.bars([], [("a", "A")], "x")
    assert charts.donut([], "x")
    assert charts.sparkline([], "x")
