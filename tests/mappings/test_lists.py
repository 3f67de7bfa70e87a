"""Lists go by the system's key: order, strangers and unmapped parts stay."""

import pytest


@pytest.fixture
def points(compiled):
    """A list of contact points of two kinds, with client keys."""
    return compiled("""
        lists:
          - app: points
            golden: contact_points
            key: id
            client keys: true
            only: {kind: [phone, email]}
            fields:
              - {app: type, golden: kind}
              - {app: value, golden: value, text: [trim]}
              - {app: note, golden: note, direction: in}
    """)


@pytest.fixture
def prices(compiled):
    """A list without client keys, with values that may be refused or unlinked."""
    return compiled("""
        lists:
          - app: price.lines
            golden: prices
            key: no
            fields:
              - {app: amount, golden: amount, decimal: {}}
              - {app: group, golden: group, reference: {entity: category, missing: hold}}
              - {app: unit, golden: unit, default: {app: C62}}
    """)


PHONE = {"id": "p1", "type": "phone", "value": " 123 ", "color": "red"}
EMAIL = {"id": "e1", "type": "email", "value": "a@b.es"}
FAX = {"id": "f1", "type": "fax", "value": "9"}


def test_elements_are_read_by_key_with_words_that_leave_the_key_out(points, links):
    inbound = points.to_golden({"points": [PHONE, EMAIL]}, None, links)
    assert inbound.elements["contact_points"] == {
        "p1": (
            {"type": "phone", "value": " 123 ", "color": "red"},
            {"kind": "phone", "value": "123"},
        ),
        "e1": ({"type": "email", "value": "a@b.es"}, {"kind": "email", "value": "a@b.es"}),
    }
    assert points.list_paths == {"contact_points"}
    assert points.app_fields["contact_points"] == {"points"}


def test_an_element_of_a_kind_outside_the_coverage_is_neither_read_nor_removed(points, links, view):
    inbound = points.to_golden({"points": [FAX]}, None, links)
    assert inbound.elements == {"contact_points": {}}
    golden = view(elements={"contact_points": {"+el_9": {"kind": "web", "value": "w"}}})
    assert points.to_system(golden, {"points": [FAX]}, links).values == {}


def test_golden_fields_that_the_system_does_not_have_stay_in_the_element(points, links, view):
    before = {"kind": "phone", "value": "123", "purpose": "work", "note": "old"}
    golden = view(elements={"contact_points": {"p1": before}})
    inbound = points.to_golden({"points": [PHONE]}, golden, links)
    assert inbound.elements["contact_points"]["p1"].value == before
    edited = points.to_golden({"points": [PHONE | {"note": None, "type": "email"}]}, golden, links)
    assert edited.elements["contact_points"]["p1"].value == {
        "kind": "email",
        "value": "123",
        "purpose": "work",
    }


def test_a_changed_element_keeps_its_place_and_its_unmapped_parts(points, links, view):
    golden = view(
        elements={
            "contact_points": {
                "+el_2": {"kind": "email", "value": "z@b.es"},
                "+el_1": {"kind": "phone", "value": "7"},
                "p1": {"kind": "phone", "value": "124"},
                "e1": {"kind": "email", "value": "a@b.es"},
            }
        }
    )
    outbound = points.to_system(golden, {"points": [FAX, EMAIL, PHONE]}, links)
    assert outbound.values["points"] == [
        FAX,
        EMAIL,
        {**PHONE, "value": "124"},
        {"id": "el_1", "type": "phone", "value": "7"},
        {"id": "el_2", "type": "email", "value": "z@b.es"},
    ]
    assert outbound.sources == {"points": {"contact_points"}}
    assert PHONE["value"] == " 123 "


def test_an_element_gone_from_golden_is_removed_unless_it_is_kept(points, links, view):
    record = {"points": [PHONE, EMAIL]}
    golden = view(elements={"contact_points": {}}, kept={"contact_points": frozenset({"e1"})})
    assert points.to_system(golden, record, links).values == {"points": [EMAIL]}
    assert points.to_system(view(), record, links).values == {}


def test_elements_that_say_the_same_are_not_written(points, links, view):
    golden = view(elements={"contact_points": {"p1": {"kind": "phone", "value": "123"}}})
    assert points.to_system(golden, {"points": [PHONE]}, links).values == {}
    assert points.to_system(view(elements={"contact_points": {}}), {}, links).values == {}


@pytest.mark.parametrize(
    ("faulty", "reason"),
    [
        ([{"type": "phone", "value": "1"}], "has no key"),
        ([{"id": True, "type": "phone", "value": "1"}], "has no key"),
        (["p1"], "has no key"),
        ([PHONE, PHONE], "repeats the key 'p1'"),
        ("p1", "is not a list"),
    ],
)
def test_a_list_whose_elements_cannot_be_told_apart_is_held(points, links, faulty, reason):
    inbound = points.to_golden({"points": faulty}, None, links)
    assert inbound.elements == {}
    assert reason in inbound.problems["contact_points"].reason


def test_elements_without_a_key_or_with_one_twice_stay_untouched(points, links, view):
    strangers = [{"type": "phone", "value": "1"}, EMAIL, EMAIL | {"value": "c@b.es"}]
    golden = view(elements={"contact_points": {"e1": {"kind": "email", "value": "a@b.es"}}})
    assert points.to_system(golden, {"points": strangers}, links).values == {}


def test_a_list_that_is_none_is_a_problem_and_never_replaced(points, links, view):
    golden = view(elements={"contact_points": {"+el_1": {"kind": "phone", "value": "7"}}})
    outbound = points.to_system(golden, {"points": "?"}, links)
    assert outbound.values == {}
    assert "is not a list" in outbound.problems["contact_points"].reason


def test_null_is_an_empty_list_and_missing_is_absent(points, links):
    assert points.to_golden({"points": None}, None, links).elements == {"contact_points": {}}
    assert points.to_golden({}, None, links).absent == {"contact_points"}


def test_a_nested_list_with_whole_number_keys_is_written_beside_its_neighbours(prices, links, view):
    record = {"price": {"tax": "x", "lines": [{"no": 1, "amount": "5", "group": "ca_1"}]}}
    inbound = prices.to_golden(record, None, links)
    assert inbound.elements["prices"]["1"].value == {"amount": "5", "group": "gr_1"}
    golden = view(
        elements={"prices": {"1": {"amount": "6", "group": "gr_1"}, "+el_1": {"amount": "7"}}}
    )
    assert prices.to_system(golden, record, links).values == {
        "price": {
            "tax": "x",
            "lines": [
                {"no": 1, "amount": "6", "group": "ca_1"},
                {"amount": "7", "unit": "C62"},
            ],
        }
    }


def test_a_faulty_element_is_a_problem_of_its_own(prices, links):
    lines = [{"no": 1, "amount": "x"}, {"no": 2, "amount": "2", "group": "?"}, {"no": 3}]
    inbound = prices.to_golden({"price": {"lines": lines}}, None, links)
    assert set(inbound.elements["prices"]) == {"3"}
    assert inbound.problems["prices[1]"].reason.startswith("amount: 'x' is not a plain number")
    assert inbound.unresolved["prices[2]"] == ("category", "?", "hold")


def test_an_element_that_cannot_be_written_stays_as_it_is(prices, links, view):
    golden = view(
        elements={
            "prices": {
                "1": {"amount": "x"},
                "9": {"amount": "9", "group": "gr_9"},
                "+el_1": {"amount": "y"},
            }
        }
    )
    record = {"price": {"lines": [{"no": 1, "amount": "5"}]}}
    outbound = prices.to_system(golden, record, links)
    assert outbound.values == {}
    assert set(outbound.problems) == {"prices[1]", "prices[+el_1]"}
    assert outbound.unresolved["prices[9]"] == ("category", "gr_9", "hold")


def test_an_element_whose_kind_left_the_coverage_stays_as_it_is(points, links, view):
    golden = view(elements={"contact_points": {"p1": {"kind": "web", "value": "w"}}})
    assert points.to_system(golden, {"points": [PHONE]}, links).values == {}


def test_an_element_that_golden_lost_and_nobody_can_read_is_not_removed(compiled, links, view):
    mapping = compiled("""
        lists:
          - app: l
            golden: l
            key: id
            only: {n: ["1"]}
            fields: [{app: n, golden: n, decimal: {}}]
    """)
    record = {"l": [{"id": "a", "n": "?"}, {"id": "b", "n": "1"}]}
    outbound = mapping.to_system(view(elements={"l": {}}), record, links)
    assert outbound.values == {"l": [{"id": "a", "n": "?"}]}


def test_a_list_of_one_direction_is_not_carried_the_other_way(compiled, links, view):
    mapping = compiled("""
        lists:
          - {app: r, golden: r, key: id, direction: in, fields: [{app: n, golden: n}]}
          - {app: w, golden: w, key: id, direction: out, fields: [{app: n, golden: n}]}
    """)
    inbound = mapping.to_golden({"r": [{"id": "1", "n": "x"}], "w": []}, None, links)
    assert set(inbound.elements) == {"r"}
    golden = view(elements={"r": {}, "w": {"+el_1": {"n": "y"}}})
    assert mapping.to_system(golden, {"r": [{"id": "1", "n": "x"}]}, links).values == {
        "w": [{"n": "y"}]
    }
