"""One scorer: what it weighs, how it explains it, and that both say the same."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.errors import ModelUnreadable
from master_data.forms.records import form_of
from master_data.likeness.model import Zone, from_json, shipped_model, to_json
from master_data.likeness.scoring import Scorer
from master_data.likeness.sentences import explain_pair, rebuild
from master_data.likeness.sentences import to_json as decision_to_json
from master_data.likeness.statistics import Statistics, count

ANNA = {"given_name": "Anna", "family_name": "Kowalczyk", "birth_date": "1980-02-03",
        "email": "anna.k@acme.pl", "phone": "+48 601 234 567", "address.street": "Polna 5",
        "address.city": "Kraków", "address.postal_code": "30-001"}  # fmt: skip


@pytest.fixture
def people():
    return Scorer(shipped_model("person"), Statistics())


def person(**changed):
    return form_of("person", {k: v for k, v in (ANNA | changed).items() if v})


@pytest.mark.parametrize("entity", ["person", "company", "product", "other"])
def test_a_shipped_model_survives_being_stored(entity):
    model = shipped_model(entity)
    assert from_json(json.loads(json.dumps(to_json(model)))) == model


def test_a_condition_asks_for_numbers_alone():
    broken = to_json(shipped_model("person"))
    broken["comparisons"][0]["levels"][1]["when"] = {"damerau": ["national_id", "1 or print()"]}
    with pytest.raises(ModelUnreadable):
        Scorer(from_json(broken), Statistics())


def test_a_model_that_makes_no_sense_is_refused():
    broken = to_json(shipped_model("person"))
    broken["comparisons"][0]["levels"][0]["u"] = 0
    with pytest.raises(ModelUnreadable, match="must lie in"):
        from_json(broken)
    broken["comparisons"][0]["levels"][0] |= {"u": 0.5, "when": {"smells_like": "x"}}
    model = from_json(broken)
    with pytest.raises(ModelUnreadable, match="no condition is called"):
        Scorer(model, Statistics())


def test_the_same_person_misspelt_is_linked(people):
    a, b = person(), person(family_name="Kowalczik", email="", given_name="Ania")
    assert people.zone(a, b, people.weight(a, b)) is Zone.LINK


def test_husband_and_wife_are_two_people(people):
    a, b = person(), person(given_name="Piotr", birth_date="1978-11-30", email="piotr@acme.pl")
    assert people.zone(a, b, people.weight(a, b)) is Zone.NEW


def test_twins_are_not_linked(people):
    a, b = person(), person(given_name="Ewa", email="")
    assert people.zone(a, b, people.weight(a, b)) is not Zone.LINK


def test_names_of_their_own_are_for_a_person_however_alike_they_are(people):
    a, b = person(given_name="Julia"), person(given_name="Julian", email="j@acme.pl")
    weighed = people.explain(a, b)
    assert weighed.zone is not Zone.LINK
    assert "two_names" in dict(weighed.vetoes)
    assert people.doubted(a, b)
    assert "Another given name, born the same day" in " ".join(explain_pair("person", weighed))


def test_a_father_thirty_years_older_is_another_also_where_digits_are_alike(people):
    a, b = person(birth_date="1989-08-27"), person(birth_date="1959-07-27")
    assert people.zone(a, b, people.weight(a, b)) is Zone.NEW


def test_a_second_given_name_tells_sisters_of_one_first_name_apart(people):
    a, b = (
        person(given_name="Maria Carmen"),
        person(given_name="Maria Jose", birth_date="", email=""),
    )
    weighed = people.explain(a, b)
    assert weighed.zone is not Zone.LINK
    assert "second_names" in dict(weighed.vetoes)
    a, b = person(middle_name="Maria"), person(middle_name="M.", birth_date="")
    assert people.zone(a, b, people.weight(a, b)) is Zone.LINK


def test_namesakes_of_one_postal_code_are_not_linked(people):
    a = person()
    b = person(birth_date="", email="anna9@web.pl", phone="+48 602 765 432",
               **{"address.street": "Lipowa 19"})  # fmt: skip
    assert people.zone(a, b, people.weight(a, b)) is not Zone.LINK
    moved = b | {"birth": a["birth"]}
    assert people.zone(a, moved, people.weight(a, moved)) is Zone.LINK


def test_an_initial_that_is_the_same_is_no_same_name(people):
    labels = {}
    for name in ("A.", "Anna"):
        a, b = person(given_name=name), person(given_name=name, birth_date="1984-12-24")
        found = people.explain(a, b).findings
        labels[name] = next(each for each in found if each.comparison == "given")
    assert labels["A."].label == "same initial, and no more of the name"
    assert labels["A."].bits < labels["Anna"].bits


@pytest.mark.parametrize(
    ("born", "label"),
    [
        ("1980-02-02", "date of birth a day apart"),
        ("1980-03-01", "dates of birth within a month"),
        ("1979-12-31", "another date of birth"),
        ("1980-02-31", "two parts of the date of birth agree"),
    ],
)
def test_a_time_zone_moves_a_date_by_a_day(people, born, label):
    found = people.explain(person(), person(birth_date=born)).findings
    assert next(each.label for each in found if each.comparison == "birth") == label


def test_mailboxes_called_by_the_name_say_no_more_than_the_name(people):
    a, b = person(email="anna.kowalczyk@acme.pl"), person(email="annakowalczyk7@web.pl")
    findings = {each.comparison: each for each in people.explain(a, b).findings}
    assert findings["email"].label == "mailboxes called by the name"
    assert findings["email"].bits == 0


FIRM = {"name": "Harper Bakery Ltd", "phone": "+44 113 4960001", "email": "info@harper.co.uk",
        "web": "harper.co.uk", "address.street": "Mill Road 5", "address.city": "Leeds",
        "address.postal_code": "LS1 4QP"}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": "Harper Holding Ltd"}, "own_words"),
        ({"name": "Harper Bakery Holding Ltd"}, "group"),
        ({"name": "Quantis Roofing Ltd"}, "another_name"),
        ({"phone": "+44 117 4960999", "address.street": "Quay 91"}, "another_house"),
    ],
)
def test_firms_that_share_a_brand_or_a_house_are_for_a_person(changed, why):
    scorer = Scorer(shipped_model("company"), Statistics(records=5_000))
    a, b = form_of("company", FIRM), form_of("company", FIRM | changed)
    weighed = scorer.explain(a, b)
    assert weighed.zone is Zone.REVIEW
    assert why in dict(weighed.vetoes)
    one, two = ({"tax_id": "GB123456782"} | FIRM, {"tax_id": "GB123456782"} | FIRM | changed)
    a, b = form_of("company", one), form_of("company", two)
    assert scorer.zone(a, b, scorer.weight(a, b)) is Zone.LINK


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Apple iPhone 12 Pro 128GB blue", "iPhone 12 Pro 128 GB - blue", True),
        ("Evian Mineral Water 0.5 l", "Evian mineral water 500ml", True),
        ("Evian Mineral Water 0,5 l", "Evian Mineral Water 1.5 l", False),
        ("Apple iPhone 12 Pro 128GB blue", "Apple iPhone 13 Pro 128GB blue", False),
        ("Samsung Galaxy S24 256GB green", "Samsung Galaxy S24+ 256GB green", False),
        ("Makita Grinder GA4530", "Makita Grinder GA4530 refurbished", False),
        ("Makita Grinder GA4530", "Makita Grinder GA4531", False),
        ("Brother Ink LC3011 cyan", "Brother Ink LC3011 magenta", False),
        ("Canon Ink Cartridge CLI-281", "Canon Ink Cartridge CLI-281XL", False),
        ("Dell Vostro 3520 8GB 256GB SSD", "Dell Vostro 3520 8 GB 1 TB SSD", False),
        ("Norton Deluxe 360 2022 XR400", "Norton Deluxe 360 2023 XR400", False),
        ("Canon PowerShot SD990 14.7 megapixel", "Canon PowerShot SD990 14 MP", True),
        ("Canon Photo Cartridge CLI-8PC", "Canon CLI-8PC Photo Cartridge", True),
    ],
)
def test_things_of_one_line_are_told_apart(one, other, same):
    scorer = Scorer(shipped_model("product"), Statistics(records=2_000))
    a, b = (form_of("product", {"name": name, "price": "300"}) for name in (one, other))
    assert (scorer.zone(a, b, scorer.weight(a, b)) is Zone.LINK) == same


def test_a_kit_of_another_price_is_for_a_person():
    scorer = Scorer(shipped_model("product"), Statistics(records=2_000))
    bare = form_of("product", {"name": "DeWalt Jigsaw TG125", "price": "160"})
    kit = {"name": "DeWalt Jigsaw TG125 Kit with 2 Batteries"}
    weighed = scorer.explain(bare, form_of("product", kit | {"price": "320"}))
    assert "bundle" in dict(weighed.vetoes)
    assert weighed.zone is not Zone.LINK
    alone = scorer.explain(bare, form_of("product", kit | {"price": "162"}))
    assert "bundle" not in dict(alone.vetoes)


def test_six_are_not_one():
    scorer = Scorer(shipped_model("product"), Statistics(records=2_000))
    one, six, six_too = (
        form_of("product", {"name": f"Ariel Pods All-in-1 {text}"})
        for text in ("500 ml", "500 ml (pack of 6)", "6 x 500ml")
    )
    assert scorer.weight(one, six) < scorer.weight(six, six_too) - 4


def test_father_and_son_of_one_name_are_two_people(people):
    a, b = person(), person(birth_date="2008-05-19", email="")
    assert people.zone(a, b, people.weight(a, b)) is Zone.NEW
    assert people.explain(a, b).vetoes[0][0] == "birth_years"


def test_senior_and_junior_are_kept_apart_whatever_else_agrees(people):
    a, b = person(family_name="Berg Sr"), person(family_name="Berg Jr")
    weighed = people.explain(a, b)
    assert (weighed.zone, weighed.vetoes[0][0]) == (Zone.NEW, "generation")


def test_two_tax_ids_of_one_country_keep_companies_apart():
    scorer = Scorer(shipped_model("company"), Statistics())
    a, b = (
        form_of("company", {"name": "Acme GmbH", "tax_id": number, "phone": "+49301234567"})
        for number in ("DE123456789", "DE987654321")
    )
    assert scorer.zone(a, b, scorer.weight(a, b)) is Zone.NEW


NUMBERED = {"phone": "+34 91 000 00 0{0}", "email": "c{0}@gremio.es", "address.city": "Madrid",
            "address.street": "Calle Mayor {0}", "address.postal_code": "28013"}  # fmt: skip


@pytest.fixture
def numbered():
    def made(name, number, **changed):
        words = {each: text.format(number) for each, text in NUMBERED.items()}
        return form_of("company", words | {"name": name} | changed)

    return made


@pytest.mark.parametrize("records", [0, 5_000])
def test_numbered_companies_of_one_town_are_as_many(numbered, records):
    scorer = Scorer(shipped_model("company"), Statistics(records=records))
    a, b = numbered("Store 12", 1), numbered("Store 13", 2)
    weighed = scorer.explain(a, b)
    assert weighed.zone is Zone.NEW
    assert "Each name has a number of its own" in " ".join(explain_pair("company", weighed))
    again = numbered("Store 12 S.L.", 1)
    assert scorer.zone(a, again, scorer.weight(a, again)) is Zone.LINK


def test_a_telephone_shared_by_two_numbers_of_a_name_is_for_a_person_at_most(numbered):
    scorer = Scorer(shipped_model("company"), Statistics(records=5_000))
    a, b = numbered("Store 12", 1), numbered("Store 13", 2, phone="+34 91 000 00 01")
    assert scorer.zone(a, b, scorer.weight(a, b)) is Zone.REVIEW


def test_a_number_tells_products_of_one_title_apart():
    scorer = Scorer(shipped_model("product"), Statistics(records=5_000))
    five, six = (form_of("product", {"name": f"Acme Walker {n} black leather"}) for n in (5, 6))
    assert scorer.zone(five, six, scorer.weight(five, six)) is not Zone.LINK
    litre, ml = (form_of("product", {"name": f"Acme Cola Zero {n}"}) for n in ("1l", "1000ml"))
    assert scorer.explain(litre, ml).findings[4].level == -1


def test_what_nobody_counted_links_nobody_by_a_shared_domain_and_town():
    scorer = Scorer(shipped_model("company"), Statistics())
    shared = {"web": "gremio.es", "address.city": "Bilbao"}
    a, b = (
        form_of("company", shared | {"name": name, "phone": f"+34 944 123 4{digits}"})
        for name, digits in (("Talleres Ibarra", 56), ("Fundición Norte", 99))
    )
    assert scorer.zone(a, b, scorer.weight(a, b)) is Zone.NEW


def test_two_gtins_keep_products_apart():
    scorer = Scorer(shipped_model("product"), Statistics())
    a, b = (
        form_of("product", {"name": "Sony Walkman NWZ-E585", "gtin": gtin})
        for gtin in ("5901234123457", "036000291452")
    )
    assert scorer.explain(a, b).vetoes


def test_a_rare_name_weighs_more_than_a_common_one():
    model = shipped_model("person")
    forms = [form_of("person", {"family_name": name}) for name in ["Smith"] * 300 + ["Quirk"] * 2]
    scorer = Scorer(model, count(model, forms))
    common, rare = forms[0], forms[-1]
    assert scorer.weight(rare, rare) > scorer.weight(common, common) + 4


texts = st.sampled_from(["Anna", "Ana", "Annabel", "Berg", "Bergh", "", "Ann Berg", "x"])
dates = st.sampled_from(["1980-02-03", "1980-03-02", "1981-02-03", "", "2010-01-01", "19"])
places = st.sampled_from(["Polna 5", "5 Polna", "Polnaa 5", "Dluga 9", ""])
records = st.fixed_dictionaries({
    "given_name": texts, "family_name": texts, "birth_date": dates, "address.street": places,
    "address.city": texts, "email": st.sampled_from(["a@b.pl", "ab@b.pl", ""]),
    "phone": st.sampled_from(["601234567", "+48601234567", "601234568", ""]),
})  # fmt: skip


@given(records, records)
def test_the_explained_weight_is_the_weight_and_rebuilds_to_the_bit(one, two):
    scorer = Scorer(shipped_model("person"), Statistics(records=50_000))
    a, b = form_of("person", one), form_of("person", two)
    weighed = scorer.explain(a, b)
    stored = json.loads(json.dumps(decision_to_json(weighed)))
    assert weighed.weight == scorer.weight(a, b) == rebuild(stored)
    assert weighed.zone is scorer.zone(a, b, weighed.weight)


@given(records, records)
def test_the_order_of_a_pair_does_not_matter(one, two):
    scorer = Scorer(shipped_model("person"), Statistics())
    a, b = form_of("person", one), form_of("person", two)
    assert math.isclose(scorer.weight(a, b), scorer.weight(b, a), abs_tol=1e-9)
    assert scorer.vetoed(a, b) == scorer.vetoed(b, a)


def test_the_explanation_reads_like_sentences(people):
    lines = explain_pair("person", people.explain(person(), person(email="", phone="")))
    assert lines[0] == "This is the same person."
    assert lines[1].startswith("Same street and house number: speaks strongly for it (+14.")
    assert any(line.startswith("Several of these say one thing, the household: ") for line in lines)
    assert lines[-1].startswith("Not known on both sides: national id, tax id, ")
