"""Match keys: what makes two records the same thing, or perhaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.blocking import elements, match_keys

VAT = {"country": "ES", "scheme": "vat", "value": "ESB12345674"}


def test_tax_ids_meet_with_and_without_their_country():
    one = match_keys("customer", {"tax_ids[el_1]": VAT})
    other = match_keys("customer", {"tax_ids[el_9]": VAT | {"value": "b-12345674"}})
    assert one.exact == other.exact == ("tax:ES:B12345674",)
    assert one.candidate == ()


def test_a_tax_id_of_no_country_gives_no_key():
    assert match_keys("customer", {"tax_ids[el_1]": VAT | {"country": None}}).all == ()


@pytest.mark.parametrize(
    ("scheme", "keys"),
    [
        ("gln", ("gln:4012345000009",)),
        ("lei", ("lei:4012345000009",)),
        ("duns", ("duns:4012345000009",)),
        ("registry", ()),
    ],
)
def test_registered_numbers_are_exact_and_registries_are_not(scheme, keys):
    body = {"other_ids[el_1]": {"scheme": scheme, "value": "4012345000009"}}
    assert match_keys("customer", body).exact == keys


def test_a_name_with_a_postal_code_is_only_a_candidate():
    body = {"name": "Ibarra, S.L.", "addresses[el_1]": {"postal_code": "48 001"}}
    keys = match_keys("customer", body)
    assert keys.exact == ()
    assert keys.candidate == keys.all == ("name+postal:IBARRA:48001",)


def test_the_legal_name_stands_in_for_a_blank_name():
    body = {"name": "", "legal_name": "Ibarra", "addresses[el_1]": {"postal_code": "48001"}}
    assert match_keys("customer", body).candidate == ("name+postal:IBARRA:48001",)


def test_the_same_key_twice_is_one():
    body = {"tax_ids[el_1]": VAT, "tax_ids[el_2]": VAT}
    assert len(match_keys("customer", body).exact) == 1


def test_products_meet_by_sku_and_gtin_of_any_length():
    keys = match_keys("product", {"sku": "P-1", "gtins": ["4006381333931", "04006381333931"]})
    assert keys.exact == ("sku:P1", "gtin:04006381333931")


def test_categories_meet_by_code():
    assert match_keys("category", {"code": "PUMP"}).all == ("category.code:PUMP",)


def test_contacts_have_no_keys():
    assert match_keys("contact", {"given_name": "Ana"}).all == ()


def test_elements_are_those_of_one_list_and_not_cleared():
    body = {"tax_ids[a]": VAT, "tax_ids[b]": None, "other_ids[c]": {"scheme": "gln"}, "name": "X"}
    assert list(elements(body, "tax_ids")) == [VAT]


texts = st.none() | st.sampled_from(["", " ", "-", "x"])


@given(texts, texts, texts)
def test_a_blank_component_gives_no_key(country, value, postal_code):
    body = {
        "name": value,
        "tax_ids[e]": {"country": country, "value": value},
        "addresses[e]": {"postal_code": postal_code},
        "other_ids[e]": {"scheme": "gln", "value": value},
    }
    assert all("" not in key.split(":") for key in match_keys("customer", body).all)
    assert match_keys("product", {"sku": value if value != "x" else ""}).all == ()
