"""The score of a golden record: four parts, each loss with its reason and its field."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from master_data.errors import BadQualityRules
from master_data.quality.model import PARTS, Standing
from master_data.quality.rules import assess, default_rules, parse_rules

FINE = Standing(held=(), parked=0, systems=2, confirmed_days=3)
GOOD = {
    "kind": "organisation",
    "name": "Talleres Ibarra",
    "language": "es",
    "roles": ["customer"],
    "tax_ids[el_1]": {"country": "ES", "scheme": "vat", "value": "ESB58378431"},
    "addresses[el_2]": {"street": "Calle Luna 7", "postal_code": "28001", "country": "ES"},
    "contact_points[el_3]": {"kind": "email", "value": "hola@ibarra.es"},
    "contact_points[el_4]": {"kind": "phone", "value": "+34 600 777 888"},
}


def look(body, standing=FINE, entity="customer"):
    return assess(entity, body, standing, default_rules())


def test_a_full_and_agreed_record_has_the_whole_score():
    found = look(GOOD)
    assert found.findings == ()
    assert (found.score, found.parts) == (100, dict.fromkeys(PARTS, 100))


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("tax_ids[el_1]", {"country": "ES", "value": "ESB58378432"}, "check digits are wrong"),
        ("addresses[el_2]", {"postal_code": "99999", "country": "ES"}, "no postal code of ES"),
        ("contact_points[el_3]", {"kind": "email", "value": "hola at ibarra"}, "no mailbox"),
        ("contact_points[el_4]", {"kind": "phone", "value": "12"}, "no telephone number"),
    ],
)
def test_a_malformed_value_stays_and_lowers_the_score(path, value, why):
    found = look(GOOD | {path: value})
    (finding,) = [each for each in found.findings if each.rule == "invalid"]
    assert finding.path == path
    assert why in finding.why
    assert found.parts["valid"] < 100
    assert found.score < 100


def test_what_is_missing_is_named_the_heaviest_first():
    found = look({"kind": "organisation", "roles": ["customer"]})
    assert [each.path for each in found.findings] == [
        "name",
        "tax_ids",
        "addresses",
        "contact_points",
        "language",
    ]
    assert found.parts["complete"] == round(100 * 2 / 12)
    either = look({"family_name": "Luna", "customer": "gr_1"}, entity="contact")
    assert "given_name" not in [each.path for each in either.findings]


def test_disputes_and_parked_systems_lower_agreement():
    held = Standing(held=["name", "language"], parked=0, systems=2, confirmed_days=0)
    parked = Standing(held=(), parked=1, systems=2, confirmed_days=0)
    assert look(GOOD, held).parts["agreed"] == 75
    assert look(GOOD, parked).parts["agreed"] == 50
    assert {each.rule for each in look(GOOD, held).findings} == {"disputed"}


@pytest.mark.parametrize(("days", "part"), [(0, 100), (365, 100), (730, 67), (1460, 0)])
def test_freshness_fades_with_the_years(days, part):
    found = look(GOOD, Standing(held=(), parked=0, systems=1, confirmed_days=days))
    assert found.parts["fresh"] == part


@given(
    drop=st.sets(st.sampled_from(sorted(GOOD))),
    held=st.sets(st.sampled_from(sorted(GOOD))),
    parked=st.integers(0, 3),
    days=st.floats(0, 5000),
)
@settings(derandomize=True, max_examples=100)
def test_mending_one_thing_never_lowers_the_score(drop, held, parked, days):
    body = {path: value for path, value in GOOD.items() if path not in drop}
    found = look(body, Standing(held=held, parked=parked, systems=3, confirmed_days=days))
    assert 0 <= found.score <= 100
    for path in drop:
        mended = look(body | {path: GOOD[path]}, Standing(held, parked, 3, days))
        assert mended.score >= found.score
    assert look(body, Standing((), 0, 3, 0)).score >= found.score


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("nonsense", "file"),
        ("[person]\ncomplete = {}", "no such entity"),
        ("[product]\ncomplete = {colour = 1}\nvalid = {}\nfresh = 1", "no such product field"),
        ('[product]\ncomplete = {}\nvalid = {gtins = "sums"}\nfresh = 1', "no such check"),
        ("[weights]\ncomplete = 0", "whole number"),
    ],
)
def test_rules_that_cannot_be_used_are_refused(text, word):
    with pytest.raises(BadQualityRules, match=word):
        parse_rules(text)
