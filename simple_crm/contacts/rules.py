"""What a contact is: a person who speaks for a customer."""

from collections.abc import Collection

from ground.parties import CONTACT_POINTS, LANGUAGE, country_of, read_phones
from ground.records.fields import Flag, Link, Text
from ground.records.findings import Findings
from ground.records.model import Field, Linked, RecordKind, Values


def _finish(values: Values, given: Collection[str], linked: Linked, findings: Findings) -> None:
    if not values["given_name"] and not values["family_name"]:
        findings.refuse("family_name", "Give at least one of given name and family name.")
    if "contact_points" in given:
        customer = linked(values["customer_id"])
        country = None if customer is None else country_of(customer)
        values["contact_points"] = read_phones(values["contact_points"], country, findings)


CONTACTS = RecordKind(
    name="contacts",
    prefix="ct",
    title="Contact",
    fields=(
        Field("customer_id", Link("customers", "cu"), required=True, column=True),
        Field("given_name", Text(150), column=True),
        Field("family_name", Text(150), column=True),
        Field("title", Text(100)),
        Field("department", Text(100)),
        Field("role", Text(100), column=True),
        Field("language", LANGUAGE),
        Field("contact_points", CONTACT_POINTS),
        Field("archived", Flag(), column=True),
    ),
    search=("given_name", "family_name", "title", "role", "contact_points"),
    finish=_finish,
)
