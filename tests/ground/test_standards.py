"""Normal forms of published standards, by table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.standards import identities, places, telecom, trade
from ground.standards.errors import NotStandard


@pytest.mark.parametrize(
    ("check", "text", "normal"),
    [
        (places.country, "es", "ES"),
        (places.country, "EL", "GR"),
        (places.language, "PT_br", "pt-BR"),
        (places.language, "es", "es"),
        (places.language, "zh-hans-cn", "zh-Hans-CN"),
        (places.timezone, "europe/madrid", "Europe/Madrid"),
        (telecom.email, "Anna.Roca@EXAMPLE.com", "Anna.Roca@example.com"),
        (telecom.web, "Example.com", "https://example.com"),
        (telecom.web, "HTTP://Example.com:8080/Path?x=1", "http://example.com:8080/Path?x=1"),
        (trade.currency, "eur", "EUR"),
        (trade.unit, "kgm", "KGM"),
        (trade.gtin, "4006381 333931", "4006381333931"),
        (trade.gtin, "96385074", "96385074"),
        (trade.hs_code, "8471.30", "847130"),
        (trade.quantity, "1.500", "1.5"),
        (identities.gln, "4012345000009", "4012345000009"),
        (identities.duns, "15-048-3782", "150483782"),
        (identities.lei_code, "5493001kjtiigc8y1r12", "5493001KJTIIGC8Y1R12"),
    ],
)
def test_text_becomes_its_normal_form(check, text, normal):
    assert check(text) == normal
    assert check(normal) == normal


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (places.country, "ESP"),
        (places.country, "Spain"),
        (places.language, "english please"),
        (places.language, "qq-XX-1"),
        (places.timezone, "Madrid"),
        (telecom.email, "anna at example"),
        (telecom.email, "anna@localhost"),
        (telecom.web, "javascript:alert(1)"),
        (telecom.web, "data:text/html,x"),
        (trade.currency, "EURO"),
        (trade.currency, "XXX"),
        (trade.unit, "kilo"),
        (trade.gtin, "4006381333932"),
        (trade.gtin, "12345"),
        (trade.hs_code, "84"),
        (trade.number, "1,5"),
        (trade.number, "1e5"),
        (trade.number, "NaN"),
        (trade.number, "\u0661"),
        (identities.gln, "4012345000008"),
        (identities.duns, "12"),
        (identities.lei_code, "5493001KJTIIGC8Y1R13"),
        (identities.scheme_name, "../vat"),
    ],
)
def test_other_text_is_refused_with_advice(check, text):
    with pytest.raises(NotStandard) as refused:
        check(text)
    assert refused.value.reason.endswith(".")


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("915 550 100", "ES", "+34915550100"),
        ("+34 915-550-100", None, "+34915550100"),
        ("0034 915550100", "ES", "+34915550100"),
        ("(020) 7946 0018", "GB", "+442079460018"),
        ("+442079460018", None, "+442079460018"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("+34 915 550 100 ext. 12", None, "+34915550100;ext=12"),
        ("+34915550100;ext=12", None, "+34915550100;ext=12"),
        ("+390612345678", None, "+390612345678"),
    ],
)
def test_phone_number_is_stored_in_e164(text, country, normal):
    assert telecom.phone(text, country) == normal


@pytest.mark.parametrize(
    ("text", "country"), [("915 550 100", None), ("call me", "ES"), ("12", "ES"), ("+", None)]
)
def test_what_nobody_can_dial_is_refused(text, country):
    with pytest.raises(NotStandard):
        telecom.phone(text, country)


@pytest.mark.parametrize(
    ("country", "scheme", "text", "normal"),
    [
        ("ES", "vat", "es B-58378431", "B58378431"),
        ("DE", "vat", "DE 136,695 976", "136695976"),
        ("RO", "vat", "RO 185 472 90", "18547290"),
        ("GR", "vat", "EL 094259216", "094259216"),
        ("XI", "vat", "GB 980 7806 84", None),
        ("US", "vat", "91-1144442", "911144442"),
        ("US", "ein", "91-1144442", "911144442"),
        ("RU", "inn", "123456789047", "123456789047"),
        ("IN", "gstin", "27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
    ],
)
def test_tax_id_is_compact_and_checked_by_its_country(country, scheme, text, normal):
    if normal is None:
        with pytest.raises(NotStandard):
            identities.tax_id(country, scheme, text)
    else:
        assert identities.tax_id(country, scheme, text) == normal


@pytest.mark.parametrize(
    ("country", "scheme", "text"),
    [("ES", "vat", "B58378432"), ("ES", "os", "B58378431"), ("ZZ", "inn", "1")],
)
def test_wrong_tax_id_or_unknown_scheme_is_refused(country, scheme, text):
    with pytest.raises(NotStandard):
        identities.tax_id(country, scheme, text)


@given(text=st.text(max_size=30))
def test_any_text_has_one_normal_form_or_none(text):
    for check in (telecom.email, telecom.web, places.language, trade.quantity, trade.hs_code):
        try:
            normal = check(text)
        except NotStandard:
            continue
        assert check(normal) == normal


@given(
    digits=st.integers(min_value=0, max_value=10**11),
    country=st.sampled_from(["ES", "GB", "RU", "RO", "ID", "IT", "MX"]),
)
def test_normal_phone_number_stays_as_it_is(digits, country):
    try:
        normal = telecom.phone(str(digits), country)
    except NotStandard:
        return
    assert telecom.phone(normal, None) == normal
