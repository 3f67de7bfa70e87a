"""What a column of a list reads out of the lists inside a record: one address, one number."""

from collections.abc import Mapping

from ground.strict_json import Json
from portal.grid import Record
from portal.record_pages.offers import country_name, telephone
from portal.record_pages.shown import elements_of

__all__ = ["city_of", "country_of", "email_of", "phone_of", "price_of"]


def city_of(record: Record) -> Json:
    """Return the city of the address a list shows."""
    return _address(record).get("city")


def country_of(record: Record) -> str | None:
    """Return the country's name of the address a list shows."""
    code = _address(record).get("country")
    return country_name(str(code)) if code else None


def phone_of(record: Record) -> str | None:
    """Return a telephone number: the preferred one, else the first."""
    number = _point(record, {"phone", "mobile"})
    return telephone(number) if number else None


def email_of(record: Record) -> str | None:
    """Return an e-mail address: the preferred one, else the first."""
    return _point(record, {"email"})


def price_of(record: Record) -> Mapping[str, Json] | None:
    """Return a price: that of no special price list, else the first."""
    prices = elements_of(record["prices"])
    usual = [price for price in prices if price["price_list"] is None]
    return next(iter([*usual, *prices]), None)


def _address(record: Record) -> Mapping[str, Json]:
    """Return the legal address, else the first."""
    addresses = elements_of(record["addresses"])
    legal = [each for each in addresses if "legal" in _texts(each.get("uses"))]
    return next(iter([*legal, *addresses]), {})


def _point(record: Record, kinds: set[str]) -> str | None:
    points = [each for each in elements_of(record["contact_points"]) if each["kind"] in kinds]
    points.sort(key=lambda point: not point["preferred"])
    return str(points[0]["value"]) if points else None


def _texts(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
