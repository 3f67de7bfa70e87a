"""Comparison forms: two spellings of one thing meet, and two things stay apart."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.forms.addresses import street_and_number
from master_data.forms.contacts import company_domain, email_address, phone_number
from master_data.forms.identifiers import gtin14, gtin14_by_library, iban_number, tax_id
from master_data.forms.legal_forms import split_legal_form
from master_data.forms.names import kindred, split_person
from master_data.forms.numbers import numbers_in, tell_apart
from master_data.forms.products import amounts, is_model_number, price
from master_data.forms.records import birth_date, form_of
from master_data.forms.text import fold, native


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łódź", "lodz"),
        ("O'Brien & Söhne", "obrien and sohne"),
        ("ООО «Ромашка»", "ooo romashka"),  # noqa: RUF001  Cyrillic is meant
        ("", ""),
    ],
)
def test_every_script_folds_to_ascii(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_folding_a_folded_text_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_the_native_script_is_kept_beside_the_folded_form():
    form = form_of("company", {"name": "ООО Ромашка"})  # noqa: RUF001
    assert form["name"] == ("romashka",)
    assert form["native"] == ("ооо ромашка",)  # noqa: RUF001
    assert native("Müller GmbH") == ""


@pytest.mark.parametrize(
    ("name", "words", "family"),
    [
        ("Müller G.m.b.H. & Co. KG", ("muller",), "partnership"),
        ("S.A. Ibarra, S.L.", ("ibarra",), "private"),
        ("Banco do Brasil SA", ("banco", "do", "brasil"), "stock"),
        ("PT Astra Tbk", ("astra",), "stock"),
        ("Acme Sp. z o.o.", ("acme",), "private"),
        ("ООО Ромашка", ("romashka",), "private"),  # noqa: RUF001
        ("Foot Locker Ltd", ("foot", "locker"), "limited"),
        ("GmbH", ("gmbh",), "gmbh"),
    ],
)
def test_legal_forms_part_from_the_name(name, words, family):
    assert split_legal_form(fold(name)) == (words, family)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dr Anna van Berg Jr", ("anna", "van berg", "jr")),
        ("Berg, Anna", ("anna", "berg", "")),
        ("Smith, John Sr.", ("john", "smith", "sr")),
        ("Madonna", ("", "madonna", "")),
    ],
)
def test_whole_names_are_split(name, parts):
    assert split_person(name) == parts


def test_familiar_forms_of_a_name_are_kindred():
    assert kindred("bob", "robert")
    assert not kindred("robert", "william")
    assert not kindred("xyz", "xyz")


@given(
    st.sampled_from(["1", "34", "33", "48", "351", "45", "49", "44"]), st.integers(10**6, 10**11)
)
def test_plain_telephones_read_like_the_library_reads_them(code, national):
    text = f"+{code} {national}"
    try:
        parsed = phonenumbers.parse(text)
        expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return
    assert phone_number(text) == expected


def test_telephones_of_one_line_agree_with_and_without_calling_code():
    assert phone_number("(030) 1234567", "DE") == "+49301234567"
    assert phone_number("0049 30 1234567") == "+49301234567"
    assert phone_number("310/246-1501") == "3102461501"
    assert phone_number("12") == ""
    assert phone_number("+1 415-555-2671 ext. 12") == "+14155552671"


def test_mailboxes_lose_tags_and_display_names():
    assert email_address("Ann <A.B+news@Gmail.com>") == "ab@gmail.com"
    assert email_address("nobody") == ""


def test_free_mail_is_no_domain_of_a_company():
    assert company_domain("info@acme.de") == "acme.de"
    assert company_domain("https://www.acme.de/kontakt") == "acme.de"
    assert company_domain("x@gmail.com") == ""


@pytest.mark.parametrize("spelt", ["ESB12345678", "B12345678", "es-b-12345678"])
def test_tax_ids_agree_with_and_without_country(spelt):
    assert tax_id(spelt, "ES") == "ES:B12345678"


@given(st.text("0123456789", min_size=8, max_size=14).filter(lambda t: len(t) in (8, 12, 13, 14)))
def test_gtins_read_like_the_library_reads_them(digits):
    if len(digits.lstrip("0")) >= 7:
        assert gtin14(digits) == gtin14_by_library(digits)


def test_malformed_identifiers_are_no_form():
    assert gtin14("5901234123458") == ""
    assert gtin14("0036000291452") == gtin14("036000291452") == "00036000291452"
    assert iban_number("DE89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert iban_number("DE00 3704 0044 0532 0130 00") == ""


@pytest.mark.parametrize(
    ("text", "number", "form"),
    [
        ("435 s. la cienega blv.", "", ("south la cienega boulevard", "435")),
        ("Hauptstr. 5", "", ("hauptstrasse", "5")),
        ("tullaroop st", "6", ("tullaroop street", "6")),
        ("St Mary's Road 4", "", ("saint marys road", "4")),
    ],
)
def test_streets_are_written_out_and_the_number_stands_apart(text, number, form):
    assert street_and_number(text, number) == form


def test_sizes_are_compared_in_base_units():
    assert amounts("Olive oil 0.5 l") == amounts("Olive oil 500 ml") == ("ml=500",)
    assert amounts("Bar, pack of 6") == amounts("Bar 6 pack") == ("count=6",)


def test_model_numbers_are_told_from_measures():
    assert all(map(is_model_number, ["am53bk", "iph3gcbcf", "74249"]))
    assert not any(map(is_model_number, ["16gb", "1080p", "2008", "washer", "40"]))


def test_prices_read_in_both_notations():
    assert price("$1,299.00") == price("1.299,00 €") == "1299.00"
    assert price("on request") == ""


def test_dates_of_birth_read_in_three_notations():
    assert birth_date("1971-06-24") == birth_date("24.06.1971") == birth_date("19710624")


@given(st.dictionaries(st.sampled_from(["name", "phone", "email", "tax_id", "gtin", "price",
                                        "birth_date", "address.street"]), st.text(max_size=30)),
       st.sampled_from(["person", "company", "product", "other"]))  # fmt: skip
def test_no_text_breaks_a_form(words, entity):
    form_of(entity, words)


@pytest.mark.parametrize(
    ("name", "other", "apart"),
    [
        ("customer 1", "customer 2", True),
        ("customer 1 as of 1", "customer 2 as of 1", True),
        ("store 012", "store 12", False),
        ("second street deli", "2nd street deli", False),
        ("unit a", "unit b", True),
        ("kwik24", "kwik 24", False),
        ("studio 54", "studio", False),
        ("a and b plumbing", "c and b plumbing", False),
    ],
)
def test_numbers_tell_names_apart(name, other, apart):
    assert tell_apart(name, other) is tell_apart(other, name) is apart


def test_a_name_is_numbers_and_other_words():
    assert numbers_in("louis xiv of store 007 hall c") == (
        ("7", "c"),
        ("hall", "louis", "of", "store", "xiv"),
    )
