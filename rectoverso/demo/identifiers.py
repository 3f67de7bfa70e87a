"""Tax ids and GTINs with right check digits; all invented."""

from random import Random

from stdnum import ean, luhn
from stdnum.es import cif, dni
from stdnum.gb import vat
from stdnum.ro import cui
from stdnum.ru import inn


def company_tax_id(country: str, rng: Random) -> str:
    """Return a tax id of a company, as its country writes it."""
    match country:
        case "ES":
            body = f"B{_digits(rng, 7)}"
            return body + cif.calc_check_digits(body)[0]
        case "RU":
            body = f"77{_digits(rng, 7)}"
            return body + inn.calc_company_check_digit(body)
        case "ID":
            return _npwp(rng)
        case "RO":
            body = f"{rng.randrange(1, 10)}{_digits(rng, 6)}"
            return body + cui.calc_check_digit(body)
        case _:
            body = f"{rng.randrange(1, 10)}{_digits(rng, 6)}"
            return f"{body}{(97 - vat.checksum(body + '00') % 97):02d}"


def person_tax_id(country: str, rng: Random) -> str | None:
    """Return a tax id of a person; None where people have none that tells nothing about them."""
    match country:
        case "ES":
            body = _digits(rng, 8)
            return body + dni.calc_check_digit(body)
        case "RU":
            body = f"77{_digits(rng, 8)}"
            return body + inn.calc_personal_check_digits(body)
        case "ID":
            return _npwp(rng)
        case _:
            return None


def gtin(place: int) -> str:
    """Return the GTIN-13 of the product at this place, in the range kept for use inside a shop."""
    body = f"20{place:010d}"
    return body + ean.calc_check_digit(body)


def _npwp(rng: Random) -> str:
    body = f"0{_digits(rng, 7)}"
    return f"{body}{luhn.calc_check_digit(body)}{_digits(rng, 3)}000"


def _digits(rng: Random, count: int) -> str:
    return "".join(str(rng.randrange(10)) for _ in range(count))
