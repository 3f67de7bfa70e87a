"""Made-up customers in an app's words, always the same ones: the documents of the measurement."""

import random
from typing import Any, Final

Record = dict[str, Any]

SEED: Final = 7
GIVEN: Final = ("Ana", "José", "Eva", "Íñigo", "Marta", "Luis", "Nuria", "Pau")
FAMILY: Final = ("Trujillo", "Soto", "Núñez", "Garay", "Ferrer", "Ibarra", "Vidal", "Peña")
TRADES: Final = ("Helados", "Panadería", "Talleres", "Librería", "Imprenta", "Viveros")
CITIES: Final = ("Madrid", "Vigo", "Málaga", "León", "Bilbao", "Gijón")
STREETS: Final = ("Calle Mayor", "Avenida del Mar", "Plaza España", "Rúa Nova")


def customers(count: int) -> list[Record]:
    """Return so many customers, all different."""
    rng = random.Random(SEED)  # noqa: S311 - names, not secrets
    return [_customer(rng, number) for number in range(count)]


def _customer(rng: random.Random, number: int) -> Record:
    given, family, city = rng.choice(GIVEN), rng.choice(FAMILY), rng.choice(CITIES)
    name = f"{rng.choice(TRADES)} {family} {number}"
    return {
        "Number": f"C{number:05d}",
        "Name": f" {name} ",
        "LegalName": f"{name} S.L.",
        "GivenName": given,
        "FamilyName": family,
        "Kind": rng.choice("CI"),
        "State": rng.choice("APDB"),
        "Segment": "retail",
        "Industry": "food",
        "Source": "fair",
        "Owner": "maria",
        "Language": "ES",
        "Notes": f"Called on day {number}. Wants an offer.",
        "Terms": {
            "Currency": "eur",
            "Payment": "NET30",
            "Method": "transfer",
            "PriceList": "list",
            "TaxClass": "standard",
        },
        "Limit": f"{rng.randrange(10**6)}.{rng.randrange(100):02d}",
        "Discount": f"0.{rng.randrange(1, 1000):03d}",
        "Newsletter": rng.choice("YN"),
        "Blocked": "N",
        "Since": f"{rng.randrange(1, 29):02d}.{rng.randrange(1, 13):02d}.{1990 + number % 36}",
        "Street": f"{rng.choice(STREETS)} {rng.randrange(1, 200)}",
        "PostalCode": f"{rng.randrange(1000, 52999):05d}",
        "City": city,
        "Region": city,
        "Email": f"Info{number}@{family}.ES",
        "Web": f"https://www.{family}{number}.ES",
        "Fax": "",
        "Phone": f"9{rng.randrange(10**7, 10**8)}",
        "Mobile": f"6{rng.randrange(10**7, 10**8)}",
        "TaxId": f"B-{rng.randrange(10**7, 10**8)}",
    }
