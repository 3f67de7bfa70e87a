from collections import Counter

import phonenumbers
import pytest
from stdnum import ean, get_cc_module

from rectoverso.demo.parties import latin
from rectoverso.demo.spread import DUPLICATES, IN_BOTH, make_demo


@pytest.fixture(scope="module")
def demo():
    return make_demo()


@pytest.fixture(scope="module")
def customers(demo):
    return [*demo.crm_customers, *demo.erp_customers]


def name_and_postal_code(record):
    return record.values["name"], record.values["addresses"][0]["postal_code"]


def tax_ids(records):
    return {each["value"] for record in records for each in record.values["tax_ids"]}


def test_the_same_seed_gives_the_same_demo(demo):
    assert make_demo() == demo
    assert make_demo(1) != demo


def test_about_three_hundred_parties_and_150_products_in_12_categories(demo):
    distinct = len(demo.crm_customers) - DUPLICATES + len(demo.erp_customers) - IN_BOTH

    assert distinct == 300
    assert len(demo.erp_products) == 150
    assert len(demo.erp_categories) == 12


def test_references_are_unique_and_short_enough(demo):
    for name in demo.__slots__:
        references = [record.ref for record in getattr(demo, name)]
        assert len(set(references)) == len(references)
        assert all(ref.startswith("demo:") and len(ref) <= 120 for ref in references)


def test_links_lead_to_records_of_the_demo(demo):
    customers = {record.ref for record in demo.crm_customers}
    categories = {record.ref for record in demo.erp_categories}

    assert {link for each in demo.crm_contacts for link in each.links.values()} <= customers
    assert {link for each in demo.erp_products for link in each.links.values()} <= categories


def test_tax_ids_pass_the_check_of_their_country(customers):
    for record in customers:
        for each in record.values["tax_ids"]:
            module = get_cc_module(each["country"].lower(), each["scheme"])
            assert module
            assert module.is_valid(each["value"]), each


def test_gtins_have_right_check_digits(demo):
    gtins = [gtin for record in demo.erp_products for gtin in record.values["gtins"]]

    assert len(gtins) > 100
    assert all(len(gtin) == 13 and ean.is_valid(gtin) for gtin in gtins)
    assert len(set(gtins)) == len(gtins)


def test_telephones_are_numbers_of_their_country(customers):
    for record in customers:
        country = record.values["addresses"][0]["country"]
        for point in record.values["contact_points"]:
            if point["kind"] == "email":
                continue
            number = phonenumbers.parse(point["value"])
            # Ofcom keeps mobile numbers for drama; the library knows them as possible only.
            drama = point["value"].startswith("+447700900")
            assert phonenumbers.is_possible_number(number)
            assert drama or phonenumbers.is_valid_number_for_region(number, country), point


def test_nobody_can_get_mail_at_these_addresses(customers):
    mails = [
        point["value"].lower()
        for record in customers
        for point in record.values["contact_points"]
        if point["kind"] == "email"
    ]

    assert mails
    assert all(mail.isascii() for mail in mails)
    assert all(mail.endswith((".example", "@example.com")) for mail in mails)


def test_sixty_are_in_both_with_the_same_tax_id_and_most_are_written_otherwise(demo):
    crm = {value: each for each in demo.crm_customers for value in tax_ids([each])}
    erp = {value: each for each in demo.erp_customers for value in tax_ids([each])}
    both = crm.keys() & erp.keys()

    assert len(both) == IN_BOTH
    assert sum(crm[value].values["name"] != erp[value].values["name"] for value in both) > 20
    assert any(
        crm[value].values["contact_points"] != erp[value].values["contact_points"] for value in both
    )


def test_planted_duplicates_share_name_and_postal_code_and_prove_nothing(demo):
    seen = Counter(name_and_postal_code(record) for record in demo.crm_customers)
    twice = [pair for pair, count in seen.items() if count == 2]
    again = [record for record in demo.crm_customers if record.ref.endswith(":again")]

    assert len(twice) == DUPLICATES
    assert all(record.values["tax_ids"] == [] for record in again)


def test_some_stay_prospects_and_some_values_are_missing(demo):
    stages = Counter(record.values["lifecycle"] for record in demo.crm_customers)

    assert stages["prospect"] > 20
    assert stages["customer"] > 100
    assert any(not record.values["contact_points"] for record in demo.crm_customers)


def test_products_have_an_exact_price_in_euros(demo):
    for record in demo.erp_products:
        prices = {each["currency"]: each["amount"] for each in record.values["prices"]}
        assert float(prices["EUR"]) > 0
        assert len(prices) == len(record.values["prices"])


@pytest.mark.parametrize(
    ("text", "mail"),
    [
        ("Núñez & Ortega", "nunez-ortega"),
        ("Соловьёв Пётр", "solovev-petr"),
        ("O'Connor", "oconnor"),
    ],
)
def test_names_become_latin_in_addresses(text, mail):
    assert latin(text) == mail
