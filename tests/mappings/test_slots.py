"""Slots, and lists of an app that make one golden list."""

SLOTS = """
slots:
  - golden: points
    places:
      phone: {is: {kind: phone}, fields: [{app: tel, golden: value, text: [trim]}]}
      bill:
        is: {uses: [billing]}
        fields: [{app: bill.street, golden: street}, {app: bill.city, golden: city}]
"""


def test_single_fields_become_elements_and_blank_ones_none(compiled, links, view):
    mapping = compiled(SLOTS)
    record = {"tel": " 911 ", "bill": {"street": "Calle 1", "city": None}}
    inbound = mapping.to_golden(record, None, links)
    assert inbound.elements["points"]["phone"] == (
        {"value": " 911 "},
        {"kind": "phone", "value": "911"},
    )
    assert inbound.elements["points"]["bill"].value == {"uses": ["billing"], "street": "Calle 1"}
    assert mapping.to_golden({"tel": None, "bill": {}}, None, links).elements == {"points": {}}
    assert mapping.to_golden({"tel": None}, None, links).absent == {"points[bill]"}
    assert mapping.to_golden({}, None, links).absent == {"points", "points[phone]", "points[bill]"}
    assert mapping.app_fields["points"] == {"tel", "bill"}


def test_elements_go_to_their_places_and_places_without_one_are_cleared(compiled, links, view):
    mapping = compiled(SLOTS)
    record = {"tel": "911", "bill": {"street": "Calle 1", "city": "Vigo", "note": "x"}}
    elements = {
        "bill": {"uses": ["billing", "legal"], "street": "Calle 2", "city": "Vigo"},
        "+el_2": {"kind": "email", "value": "a@b.es"},
    }
    outbound = mapping.to_system(view({}, {"points": elements}), record, links)
    assert outbound.values == {
        "tel": None,
        "bill": {"street": "Calle 2", "city": "Vigo", "note": "x"},
    }
    assert outbound.sources == {"tel": {"points"}, "bill": {"points"}}
    known = mapping.to_golden({**record, **outbound.values}, view({}, {"points": elements}), links)
    assert known.elements["points"]["bill"].value == elements["bill"]
    held = view({}, {"points": {}}, {"points": frozenset({"phone", "bill"})})
    assert mapping.to_system(held, record, links).values == {}
    changed = view({}, {"points": {"phone": {"kind": "fax", "value": "1"}}}, {"points": {"bill"}})
    assert mapping.to_system(changed, record, links).values == {}


def test_two_new_elements_take_one_place_each(compiled, links, view):
    mapping = compiled("""
        slots:
          - golden: points
            places:
              one: {is: {kind: phone}, fields: [{app: a, golden: value}]}
              two: {is: {kind: phone}, fields: [{app: b, golden: value}]}
    """)
    phones = {f"+el_{n}": {"kind": "phone", "value": str(n)} for n in (1, 2, 3)}
    assert mapping.to_system(view({}, {"points": phones}), None, links).values == {
        "a": "1",
        "b": "2",
    }


def test_an_element_whose_field_cannot_be_carried_is_held(compiled, links, view):
    mapping = compiled("""
        slots:
          - golden: points
            places: {age: {is: {kind: age}, fields: [{app: a, golden: value, integer: {}}]}}
    """)
    inbound = mapping.to_golden({"a": "old"}, None, links)
    assert "value: 'old' is not a plain number" in inbound.problems["points[age]"].reason
    outbound = mapping.to_system(
        view({}, {"points": {"age": {"kind": "age", "value": "x"}}}), {"a": "1"}, links
    )
    assert "not a plain number" in outbound.problems["points[age]"].reason


SHARED = """
lists:
  - app: phones
    golden: points
    key: id
    fields: [{app: v, golden: value}, {golden: kind, constant: phone}]
  - app: mails
    golden: points
    key: id
    client keys: true
    fields:
      - {app: v, golden: value}
      - {app: t, constant: main}
      - {golden: kind, constant: email}
"""


def test_two_lists_make_one_golden_list_by_their_constants(compiled, links, view):
    mapping = compiled(SHARED)
    record = {
        "phones": [{"id": 1, "v": "911"}],
        "mails": [{"id": 1, "v": "a@b.es", "t": "main"}, {"id": 2, "v": "c@d.es", "t": "other"}],
    }
    points = mapping.to_golden(record, None, links).elements["points"]
    assert {key: read.value for key, read in points.items()} == {
        "phones:1": {"kind": "phone", "value": "911"},
        "mails:1": {"kind": "email", "value": "a@b.es"},
    }
    golden = {
        "phones:1": {"kind": "phone", "value": "912"},
        "+el_3": {"kind": "email", "value": "e@f.es"},
    }
    outbound = mapping.to_system(view({}, {"points": golden}), record, links)
    assert outbound.values == {
        "phones": [{"id": 1, "v": "912"}],
        "mails": [
            {"id": 2, "v": "c@d.es", "t": "other"},
            {"t": "main", "id": "el_3", "v": "e@f.es"},
        ],
    }


def test_a_list_that_is_not_shown_takes_nothing_away_from_the_other(compiled, links, view):
    mapping = compiled(SHARED)
    before = view({}, {"points": {"phones:1": {"kind": "phone", "value": "9"}}})
    inbound = mapping.to_golden({"mails": []}, before, links)
    assert inbound.elements == {"points": {}}
    assert inbound.absent == {"points[phones:1]"}


def test_two_lists_of_one_app_list_are_told_apart_by_a_constant(compiled, links, view):
    mapping = compiled("""
        lists:
          - app: info
            golden: points
            key: id
            fields:
              - {app: v, golden: value}
              - {app: t, constant: T}
              - {golden: kind, constant: phone}
          - app: info
            golden: places
            key: id
            fields: [{app: v, golden: street}, {app: t, constant: A}]
    """)
    record = {"info": [{"id": "1", "t": "T", "v": "911"}, {"id": "2", "t": "A", "v": "Calle 1"}]}
    inbound = mapping.to_golden(record, None, links)
    assert inbound.elements["points"].keys() == {"1"}
    assert inbound.elements["places"].keys() == {"2"}
    golden = {
        "points": {"1": {"kind": "phone", "value": "912"}},
        "places": {"2": {"street": "Calle 2"}},
    }
    assert mapping.to_system(view({}, golden), record, links).values == {
        "info": [{"id": "1", "t": "T", "v": "912"}, {"id": "2", "t": "A", "v": "Calle 2"}]
    }
