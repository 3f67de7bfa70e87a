"""A first mapping is proposed from schemas and samples; it is a draft for a person, no more."""

import json
from pathlib import Path

import pytest

from mappings import check, parse
from mappings.infer import propose, schema_from_samples, written_document
from mappings.infer.likeness import name_likeness, value_overlap
from mappings.ops import Each, Field

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "connectors" / "systems").glob("simple_*/mappings/*.yaml"))
OBJECT = {"type": "object"}


def golden_schema(entity):
    return json.loads((ROOT / "master_data" / "schemas" / f"{entity}.json").read_text())


def text(**more):
    return {"type": ["string", "null"], **more}


def schema(**properties):
    return OBJECT | {"properties": properties}


def only(app, golden, **samples):
    """Return the one proposal for a field of the app and a field of golden."""
    found = propose(schema(a=app), schema(a=golden), **samples).found
    return found[0] if found else None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: f"{p.parts[-3]}/{p.stem}")
def test_what_ships_for_the_built_in_apps_is_proposed(path):
    mapping = parse(path.read_text(), name=path.name)
    app = json.loads((path.parents[1] / "schemas" / f"{path.stem}.json").read_text())
    golden = golden_schema(mapping.entity)
    proposals = propose(app, golden)
    wanted = {(r.app[0], r.golden) for r in mapping.rules if isinstance(r, Field)}
    wanted |= {(r.app, r.golden) for r in mapping.rules if isinstance(r, Each)}
    assert {(each.app, each.golden) for each in proposals.found} == wanted
    document = written_document(proposals, object_type=path.stem, entity=mapping.entity)
    drafted = parse(document, name="proposed")
    faults = [f for f in check(drafted, app, golden) if "add rows" not in f.message]
    assert faults == []


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("BillingPostalCode", "postal_code", 0.8),
        ("e-mail", "email", 0.8),
        ("TelephoneNumber", "phone", 1.0),
        ("LastName", "family_name", 1.0),
        ("terms.currency", "CurrencyCode", 0.8),
        ("OrganizationBPName1", "name", 1.0),
        ("НомерТелефона", "phone", 1.0),
        ("custommer_colour", "customer_colours", 0.8),
        ("Ort", "city", 0.8),
    ],
)
def test_names_are_alike_by_their_words(one, other, least):
    assert name_likeness(one, other) >= least
    assert name_likeness("legal_name", "hs_code") < 0.5
    assert name_likeness("BillingCity", "shipping city") < name_likeness("BillingCity", "city")
    assert name_likeness("id", "x") == 0.0
    assert name_likeness("id", "id") == 0.0  # each side's own


def test_values_on_both_sides_tell_what_names_do_not():
    app = [{"f1": "Ibarra", "f2": "ES"}, {"f1": "Lopez", "f2": "RO"}]
    golden = [{"country": "es", "name": "LOPEZ"}, {"country": "RO", "name": "Ibarra "}]
    found = propose(
        schema(f1=text(), f2=text()),
        schema(country=text(), name=text()),
        app_samples=app,
        golden_samples=golden,
    )
    assert found.found == ()  # values alone are not enough: 30 of 100
    named = propose(
        schema(land=text(), title=text()),
        schema(country=text(), name=text()),
        app_samples=[{"land": "ES", "title": "Ibarra"}],
        golden_samples=golden,
    )
    (one, other) = named.found
    assert (one.app, one.golden, other.app, other.golden) == ("land", "country", "title", "name")
    assert "100% of the values on both sides" in one.reason
    assert value_overlap([None, True, {}], ["x"]) == 0.0
    codes = {"type": "array", "items": text()}
    tagged = propose(
        schema(labels=codes), schema(tags=codes),
        app_samples=[{"labels": ["a", "b"]}], golden_samples=[{"tags": ["A"]}],
    )  # fmt: skip
    assert tagged.found == ()  # the names are too far apart even so


def test_every_pair_has_its_operation():
    money = {"type": "object", "properties": {"amount": text(), "currency": text()}}
    assert only(money, money).operation == (("money", {}),)
    assert only(text(), text()).operation == (("text", ["nfc", "trim"]),)
    assert only({"type": "number"}, text()).operation == (("decimal", {}),)
    assert only({"type": "integer"}, {"type": "integer"}).operation == ()
    assert only({"type": "boolean"}, {"type": "boolean"}).operation == ()
    moment, day = text(format="date-time"), text(format="date")
    assert only(moment, moment).operation == (("instant", {}),)
    assert only(day, day).operation == (("date", {}),)
    codes = {"type": "array", "items": text(), "x-field": {"list": "set"}}
    assert only(codes, codes).operation == (("set", {}),)
    assert only(text(readOnly=True), text()).operation[-1] == ("direction", "in")
    linked = only(text(), text(**{"x-field": {"ref": "category"}}))
    hold = ("reference", {"entity": "category", "missing": "hold"})
    assert linked.operation == (hold,)
    or_false = {"type": ["integer", "boolean"]}
    assert only(or_false, text(**{"x-field": {"ref": "category"}})).operation == (
        hold,
        ("blank", [False]),
    )
    assert only({"type": "boolean"}, text(**{"x-field": {"ref": "category"}})) is None


def test_kinds_that_cannot_meet_are_not_proposed():
    money = {"type": "object", "properties": {"amount": text(), "currency": text()}}
    elements = {"type": "array", "items": schema(id=text(), x=text())}
    for app, golden in [
        (money, text()),
        (text(), money),
        (elements, text()),
        ({"type": "array", "items": text()}, text()),
        ({"type": "boolean"}, text()),
        (text(), text(format="date-time")),
        (text(format="email"), text(format="date")),
    ]:
        assert only(app, golden) is None, (app, golden)


def test_codes_become_a_value_map():
    found = only(text(enum=["Active", "Closed"]), text(enum=["active", "closed", "lead"]))
    assert dict(found.pairs) == {"Active": "active", "Closed": "closed"}
    assert "67% of the codes alike" in found.reason
    proposals = propose(
        schema(state=text(enum=["Active"])), schema(state=text(enum=["active", "lead"]))
    )
    document = written_document(proposals, object_type="A b", entity="customer")
    mapping = parse(document, name="x")
    assert mapping.object_type == "A b"
    assert dict(mapping.value_maps["state"].pairs) == {"Active": "active"}


def test_lists_are_paired_with_their_fields_and_need_a_key():
    inner = schema(id=text(), town=text(), zip=text())["properties"]
    app = {"type": "array", "items": OBJECT | {"properties": inner}}
    golden = {
        "type": "array",
        "items": schema(city=text(), postal_code=text()),
        "x-field": {"list": "elements"},
    }
    found = propose(schema(addresses=app), schema(addresses=golden)).found
    assert [(each.app, each.golden) for each in found[0].inside] == [
        ("town", "city"),
        ("zip", "postal_code"),
    ]
    del inner["id"]
    assert propose(schema(addresses=app), schema(addresses=golden)).found == ()


def test_what_found_no_partner_is_named():
    proposals = propose(schema(name=text(), zzz=text()), schema(name=text(), qqq=text()))
    assert (proposals.app_left, proposals.golden_left) == (("zzz",), ("qqq",))
    document = written_document(proposals, object_type="x", entity="customer")
    assert "# Left over of the app: zzz" in document
    assert "# Left over of the golden record: qqq" in document
    nothing = propose(schema(zzz=text()), schema(qqq=text()))
    assert "fields:" not in written_document(nothing, object_type="x", entity="customer")


def test_a_schema_that_holds_itself_is_followed_a_little_way():
    ring = schema(name=text(), parent={"$ref": "#"})
    assert propose(ring, schema(name=text())).found[0].app == "name"


def test_a_schema_is_read_off_samples():
    samples = [
        {
            "name": f"N {n}",
            "state": "ABC"[n % 3],
            "seen": "2026-01-05T12:00:00Z",
            "born": "2026-01-05",
            "mail": "a@b.example",
            "site": "https://x.example",
            "price": "1.50",
            "count": n,
            "flag": n > 2,
            "mixed": n if n % 2 else "x",
            "tags": ["a", "b"],
            "lines": [{"id": str(n)}],
            "terms": {"days": 30},
            "gone": None,
        }
        for n in range(12)
    ]
    del samples[0]["name"]
    found = schema_from_samples(samples)
    kinds = {
        name: one.get("format") or one.get("type") for name, one in found["properties"].items()
    }
    assert kinds == {
        "name": "string",
        "state": "string",
        "seen": "date-time",
        "born": "date",
        "mail": "email",
        "site": "uri",
        "price": "decimal",
        "count": "integer",
        "flag": "boolean",
        "mixed": "string",
        "tags": "array",
        "lines": "array",
        "terms": "object",
        "gone": ["string", "null"],
    }
    assert found["properties"]["state"]["enum"] == ["A", "B", "C"]
    assert "name" not in found["required"]
    assert "state" in found["required"]
    assert schema_from_samples([]) == {"type": "object", "properties": {}, "required": []}
