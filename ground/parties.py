"""The shapes every party is described with: addresses, contact points, tax ids, other numbers.

They follow published standards, so two apps that know nothing of each other write them alike.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ground.records.elements import Elements, Part
from ground.records.fields import Choice, Flag, SetOf, Standard, Text
from ground.records.findings import Findings
from ground.records.model import Values
from ground.standards import identities, places, telecom
from ground.standards.errors import NotStandard
from ground.strict_json import Json

_PHONES = frozenset({"phone", "mobile", "fax"})
_READ_ADDRESS_FIRST = ("legal", "billing", "visit", "shipping")

COUNTRY = Standard(places.country, longest=2, example="ES")
LANGUAGE = Standard(places.language, longest=35, example="es")
TIMEZONE = Standard(places.timezone, longest=60, example="Europe/Madrid")

ADDRESSES = Elements(
    (
        Part("uses", SetOf(Choice(("billing", "shipping", "legal", "visit")))),
        Part("street", Text(200)),
        Part("street2", Text(200)),
        Part("postal_code", Text(20)),
        Part("city", Text(120)),
        Part("subdivision", Text(120)),
        Part("country", COUNTRY),
    )
)


def _check_contact_point(element: Values, at: str, findings: Findings) -> None:
    """Normalise e-mail and web; a telephone number needs the party's country, see read_phones."""
    check = {"email": telecom.email, "web": telecom.web}.get(str(element["kind"]))
    if check is not None:
        _normalise(element, check, at, findings)


CONTACT_POINTS = Elements(
    (
        Part(
            "kind",
            Choice(("phone", "mobile", "email", "web", "fax", "messenger")),
            required=True,
        ),
        Part("value", Text(320), required=True),
        Part("purpose", Text(60)),
        Part("preferred", Flag()),
    ),
    check=_check_contact_point,
)


def _check_tax_id(element: Values, at: str, findings: Findings) -> None:
    """Compact the number by its country's rules; the scheme is `vat` unless said otherwise."""
    scheme, country = element["scheme"], element["country"]
    element["scheme"] = scheme if isinstance(scheme, str) else "vat"
    if isinstance(country, str):
        name = str(element["scheme"])
        _normalise(element, lambda text: identities.tax_id(country, name, text), at, findings)
    else:
        findings.doubt(f"{at}.country", "Say which country gave this tax id.")
    element["value"] = identities.tidy_tax_id(str(element["value"]))


TAX_IDS = Elements(
    (
        Part("country", COUNTRY),
        Part("scheme", Standard(identities.scheme_name, longest=40, example="vat", soft=True)),
        Part("value", Text(60), required=True),
    ),
    check=_check_tax_id,
)

_OTHER_ID_CHECKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"gln": identities.gln, "duns": identities.duns, "lei": identities.lei_code}
)


def _check_other_id(element: Values, at: str, findings: Findings) -> None:
    check = _OTHER_ID_CHECKS.get(str(element["scheme"]))
    if check is not None:
        _normalise(element, check, at, findings)


OTHER_IDS = Elements(
    (
        Part("scheme", Choice(("gln", "duns", "lei", "registry")), required=True),
        Part("value", Text(60), required=True),
    ),
    check=_check_other_id,
)


def _normalise(element: Values, check: Callable[[str], str], at: str, findings: Findings) -> None:
    try:
        element["value"] = check(str(element["value"]))
    except NotStandard as error:
        findings.doubt(f"{at}.value", error.reason)


def country_of(values: Values) -> str | None:
    """Return the country that national numbers are read by: of an address, else of a tax id."""
    addresses = [each for each in _objects(values.get("addresses")) if each.get("country")]
    for use in _READ_ADDRESS_FIRST:
        for address in addresses:
            if use in _texts(address.get("uses")):
                return str(address["country"])
    for element in (*addresses, *_objects(values.get("tax_ids"))):
        if element.get("country"):
            return str(element["country"])
    return None


def read_phones(points: Json, country: str | None, findings: Findings) -> list[Json]:
    """Return contact points with their telephone numbers in E.164."""
    return [
        _read_phone(point, country, f"contact_points[{place}].value", findings)
        for place, point in enumerate(_objects(points))
    ]


def _read_phone(point: Values, country: str | None, at: str, findings: Findings) -> Json:
    value = point.get("value")
    if point.get("kind") not in _PHONES or not isinstance(value, str):
        return point
    try:
        return {**point, "value": telecom.phone(value, country)}
    except NotStandard as error:
        findings.doubt(at, error.reason)
        return point


def _objects(value: Json) -> list[Values]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
