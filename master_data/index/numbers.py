"""The keys under which a number that a person typed may stand, whatever it is a number of."""

from collections.abc import Iterator

from ground.standards.places import country_codes
from master_data.forms.goldens import kinds_of
from master_data.forms.identifiers import gtin14, tax_id
from master_data.forms.text import compact
from master_data.likeness.keys import hashed

__all__ = ["number_keys"]


def number_keys(entity: str, text: str) -> list[int]:
    """Return the keys of tax ids (of any country), e-mail addresses, GTINs, item numbers, codes."""
    if not text.strip():
        return []
    return sorted({hashed(f"{kind}:{key}") for kind in kinds_of(entity) for key in _keys(text)})


def _keys(text: str) -> Iterator[str]:
    number = compact(text)
    yield f"email:{text.strip().lower()}"
    yield f"tax_id:{tax_id(text)}"
    for country in country_codes():
        # behind its country where that one's ids are known, else with its letters before it
        yield f"tax_id:{tax_id(text, country)}"
        yield f"tax_id::{country}{number}"
    yield from (f"item:{number}", f"code:{number}", f"gtin:{gtin14(text)}")
