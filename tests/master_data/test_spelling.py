"""What is one value in two spellings, and which spelling is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.spelling import Form, are_alike, fullest


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        (Form.TEXT, "PT Nusa Makmur", "PT NUSA  MAKMUR"),
        (Form.TEXT, "Vinuri Brașov", "vinuri brasov"),
        (Form.COMPANY, "Talleres La Peña, S.L.", "TALLERES LA PENA SL"),
        (Form.COMPANY, "Talleres Ibarra Sociedad Limitada", "Talleres Ibarra, S. L."),
        (Form.COMPANY, "Kestrel Logistics Limited", "Kestrel Logistics Ltd."),
        (Form.COMPANY, "Kestrel Logistics Limited", "Kestrel Logistics"),
        (Form.COMPANY, "Smith & Sons Ltd", "Smith and Sons Ltd"),
        (Form.COMPANY, "ООО «Новый-Причал»", "«Новый Причал»"),  # noqa: RUF001
        (Form.COMPANY, "PT Bintang Makmur Tbk", "Bintang Makmur"),
        (Form.COMPANY, "Sierra Morena S.L.L.", "Sierra Morena"),
        (Form.COMPANY, "Nova GmbH", "Nova Gesellschaft mit beschränkter Haftung"),
        (Form.CODE, {"value": "ES-B12 345", "unit": "kg"}, {"unit": "KG", "value": "esb12345"}),
        (Form.TEXT, ["Ana", None], ["ANA", None]),
    ],
)  # fmt: skip
def test_a_value_in_two_spellings_is_one(form, one, other):
    assert are_alike(form, [one, other])
    assert are_alike(form, [other, one, other])


@pytest.mark.parametrize(
    ("form", "values"),
    [
        (Form.TEXT, ["Kestrel Logistics Limited", "Kestrel Logistics Ltd"]),
        (Form.TEXT, ["12-3", "1-23"]),
        (Form.COMPANY, ["Ibarra S.L.", "Ibarra S.A."]),
        (Form.COMPANY, ["Ibarra S.L.", "Ibarra", "Ibarra S.A."]),
        (Form.COMPANY, ["Nova GmbH", "Nova GmbH & Co. KG"]),
        (Form.COMPANY, ["Ibarra Hermanos SL", "Ibarra SL"]),
        (Form.COMPANY, ["S.L.", "S.A."]),
        (Form.COMPANY, ["Ромашка", "Romashka"]),
        (Form.COMPANY, ["…", "!"]),
        (Form.COMPANY, ["Ibarra", None]),
        (Form.CODE, ["ES-B12345", "ES-B12346"]),
        (Form.CODE, [{"value": "B1"}, {"value": "B1", "country": "ES"}]),
    ],
)
def test_what_says_something_else_is_not_alike(form, values):
    assert not are_alike(form, values)


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (["VINURI BĂRĂGAN SA", "Vinuri Bărăgan SA"], [1]),
        (["Ferreteria La Pena S.L.L.", "Ferretería La Peña S.L.L."], [1]),
        (["Kestrel Logistics", "Kestrel Logistics Limited"], [1]),
        (["АО «Светлый Причал»", "АО «Светлыи Причал»"], [0]),  # noqa: RUF001
        (["Ibarra S.L.", "Ibarra, SL"], [0, 1]),
        (["La Peña", "La Pena SL"], [0, 1]),
        (["ibarra sl", "IBARRA SL", "Ibarra"], [0, 1, 2]),
    ],
)
def test_a_spelling_that_lost_something_gives_way(values, kept):
    assert fullest(Form.COMPANY, values) == kept


def test_of_codes_none_is_fuller():
    assert fullest(Form.CODE, ["es b1", "ESB1"]) == [0, 1]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4), st.sampled_from(Form))
def test_some_spelling_is_always_kept(values, form):
    assert fullest(form, values)
    assert are_alike(form, [values[0]] * 3)


@given(st.text(alphabet="aáÁñ .,&LS-", max_size=12), st.sampled_from([Form.TEXT, Form.CODE]))
def test_capitals_never_make_another_value(text, form):
    assert are_alike(form, [text, text.upper()]) == are_alike(form, [text.upper(), text])
    assert are_alike(form, [text, text.upper()])
