"""Blocks, computed fields, invariants, filters, parts: rules about more than one value."""

from decimal import Decimal

import pytest

from mappings import DocumentRefused, View, parse
from mappings.examples import failed_examples
from mappings.laws.samples import Mirror
from mappings.ops import In, Not
from mappings.parts import join_record, split_record
from mappings.predicates import disjoint
from mappings.statements import Fuse, GoneInApp, GoneInGolden

EUR = {"currency": "EUR"}

BLOCKS = """
fields:
  - {app: company, golden: kind, boolean: {}}
blocks:
  - when: {field: kind, equals: true}
    fields:
      - {app: name, golden: name}
      - {golden: role, constant: firm}
      - {app: note, constant: firm}
  - when: {field: kind, equals: false}
    fields: [{app: name, split: {golden: [given, family]}}]
"""


def test_a_block_holds_for_the_same_records_both_ways(compiled, links, view):
    mapping = compiled(BLOCKS)
    firm = mapping.to_golden({"company": True, "name": "Acme SL"}, None, links)
    assert {path: read.value for path, read in firm.scalars.items()} == {
        "kind": True,
        "name": "Acme SL",
        "role": "firm",
    }
    assert firm.absent == {"given", "family"}
    person = mapping.to_golden({"company": False, "name": "Ana Soto"}, None, links)
    assert person.scalars["family"].value == "Soto"
    assert person.absent == {"name", "role"}
    golden = view({"kind": True, "name": "Acme", "given": "Ana"})
    created = mapping.to_system(golden, None, links).values
    assert created == {"company": True, "name": "Acme", "note": "firm"}


def test_a_condition_looks_at_the_context_and_else_at_the_record(compiled, links):
    mapping = compiled(BLOCKS)
    record = {"company": False, "name": "Ana Soto"}
    edit = View({"name": "Acme", "given": "Eva"}, {})
    assert mapping.to_system(edit, record, links).values == {"name": "Eva Soto"}
    told = View({"name": "Acme", "given": "Eva"}, {}, context={"kind": True})
    assert mapping.to_system(told, record, links).values == {"name": "Acme"}


COMPUTED = """
fields:
  - {app: a, golden: a}
  - {app: b, golden: b}
  - {golden: both, compute: {join: [a, b], separator: '-'}}
  - {golden: one, compute: {first: [b, a]}}
  - {golden: many, compute: {count: lines}}
  - {golden: total, compute: {sum: lines.amount}}
  - {golden: domain, compute: {domain: web}}
  - {app: label, compute: {join: [a, b]}}
"""


def test_computed_golden_fields_come_from_the_record(compiled, links):
    mapping = compiled(COMPUTED)
    lines = [{"amount": "1.50"}, {"amount": {"amount": "2", **EUR}}, {"amount": None}]
    record = {"a": "x", "b": None, "lines": lines, "web": "https://www.Acme.es/shop"}
    values = {
        path: read.value for path, read in mapping.to_golden(record, None, links).scalars.items()
    }
    assert values["both"] == "x"
    assert values["one"] == "x"
    assert (values["many"], values["total"], values["domain"]) == (3, "3.5", "acme.es")
    bare = mapping.to_golden({"a": "x", "lines": None, "web": "ana@Acme.es"}, None, links)
    assert bare.scalars["domain"].value == "acme.es"
    assert bare.scalars["many"].value == 0
    assert {"both", "one"} <= bare.absent
    broken = mapping.to_golden({"lines": [{"amount": "x"}], "web": "http://[x"}, None, links)
    assert broken.problems.keys() == {"total", "domain"}


def test_a_computed_app_field_is_written_when_its_operands_change(compiled, links, view):
    mapping = compiled(COMPUTED)
    assert mapping.outbound_paths == {"a", "b"}
    assert mapping.to_system(view({"a": "x", "b": "y"}), None, links).values["label"] == "x y"
    record = {"a": "x", "b": "y", "label": "by hand"}
    assert mapping.to_system(view({"a": "x"}), record, links).values == {}
    assert mapping.to_system(view({"a": "x", "b": "y"}), record, links).values == {}
    told = View({"a": "z"}, {}, context={"b": "y"})
    assert mapping.to_system(told, record, links).values == {"a": "z", "label": "z y"}
    assert mapping.to_system(view({"a": 5, "b": "y"}), record, links).problems.keys() == {"a", "b"}


INVARIANTS = """
fields:
  - {app: total, golden: total, decimal: {}}
  - {app: from, golden: from, date: {}}
  - {app: until, golden: until, date: {}}
lists:
  - {app: lines, golden: lines, key: id, fields: [{app: amount, golden: amount, decimal: {}}]}
invariants:
  - {sum: lines.amount, equals: total, tolerance: '0.01'}
  - {field: from, not after: until}
"""


def test_an_invariant_that_does_not_hold_holds_its_fields(compiled, links, view):
    mapping = compiled(INVARIANTS)
    lines = [{"id": 1, "amount": "1.50"}, {"id": 2, "amount": "2.50"}]
    sound = {"total": "4.01", "lines": lines, "from": "2026-01-01", "until": "2026-01-01"}
    assert mapping.to_golden(sound, None, links).problems == {}
    inbound = mapping.to_golden({**sound, "total": "5", "until": "2025-12-31"}, None, links)
    assert inbound.problems.keys() == {"total", "lines", "from", "until"}
    assert "lines.amount sum to 4, but total says 5" in inbound.problems["total"].reason
    assert "from is 2026-01-01, after until" in inbound.problems["from"].reason
    assert inbound.scalars == {}
    assert inbound.elements == {}
    golden = view({"total": "5"}, {"lines": {"1": {"amount": "4"}}})
    outbound = mapping.to_system(golden, sound, links)
    assert outbound.values == {}
    assert outbound.problems.keys() == {"total", "lines"}
    assert mapping.to_system(view({"total": "5"}), {**sound, "total": "4"}, links).values == {
        "total": "5"
    }


def test_a_record_filter_looks_at_the_app_record(compiled):
    mapping = compiled("accept when: {field: kind.code, in: [C, D]}\n")
    assert mapping.accepts({"kind": {"code": "D"}})
    assert not mapping.accepts({"kind": None})
    assert compiled("").accepts({})


def test_blank_hidden_and_clearing_are_said_per_field(compiled, links, view):
    mapping = compiled("""
        blank: [false, '-']
        hidden: ['***']
        fields:
          - {app: a, golden: a}
          - {app: b, golden: b, boolean: {}}
          - {app: c, golden: c, clears: in}
          - {app: d, golden: d, clears: out}
          - {app: e, golden: e, clears: never}
    """)
    inbound = mapping.to_golden(
        {"a": False, "b": False, "c": "-", "d": False, "e": None}, None, links
    )
    assert {path: read.value for path, read in inbound.scalars.items()} == {
        "a": None,
        "b": False,
        "c": None,
    }
    assert inbound.absent == {"d", "e"}
    assert mapping.to_golden({"a": "***"}, None, links).absent == set("abcde")
    assert mapping.to_golden({"a": 0}, None, links).scalars["a"].value == 0
    blank = view(dict.fromkeys("acde"))
    record = dict.fromkeys("acde", "x")
    assert mapping.to_system(blank, record, links).values == {"a": False, "d": False}
    shown = mapping.to_system(view({"a": "new"}), {"a": "***"}, links)
    assert shown.values == {"a": "new"}


def test_a_delete_policy_says_what_deletes_mean_and_where_they_stop(document):
    text = document("""
        fields: [{app: a, golden: a}]
        delete:
          gone in app: deactivate
          gone in golden: deactivate
          deactivate: {app: active, value: false}
          fuse: {most: 5, percent: 2}
    """)
    policy = parse(text, name="x").delete
    assert (policy.gone_in_app, policy.gone_in_golden) == (
        GoneInApp.DEACTIVATE,
        GoneInGolden.DEACTIVATE,
    )
    assert policy.deactivate == ("active", False)
    assert policy.fuse == Fuse(5, 2)
    assert parse(document(""), name="x").delete.gone_in_app is GoneInApp.UNLINK


FAULTY = [
    ("delete: {gone in golden: deactivate}", "how does the app show a deactivated record"),
    ("invariants: [{sum: total, equals: total}]", "give sum: list.field with equals: total"),
    ("invariants: [{field: a, equals: b}]", "give sum: list.field with equals: total"),
    ("fields: [{app: a, golden: b, cut: 5}]", "what is cut is lost in the app"),
    ("fields: [{app: a, compute: {join: [a, b], first: [a, b]}}]", "give one of join"),
    ("fields: [{app: a, compute: {sum: a}}]", "give one of join"),
    ("fields: [{app: a, compute: {count: a}, direction: in}]", "no other operation"),
    ("fields: [{app: a, golden: b, compute: {count: a}}]", "stands on one side"),
    ("fields: [{split: {golden: [a, b]}}]", "add app:"),
    ("fields: [{app: a, golden: b, split: {golden: [a, b]}}]", "no other operation"),
    ("fields: [{app: a, golden: b, join: {app: [a, b]}}]", "remove app:"),
    ("fields: [{golden: b, quantity: {value: a}}]", "both value: and unit:"),
    ("fields: [{app: a, golden: b, quantity: {in: KG}}]", "no unit of our table (did you mean 'K"),
    ("fields: [{app: a, golden: b, local time: {zone: Mars/Base}}]", "there is no zone"),
    ("fields: [{app: a, golden: b, local time: {form: '%d'}}]", "a time form has"),
    ("fields: [{golden: b, money: {amount: a, currency: c, in: EUR}}]", "both amount:"),
    ("slots: [{golden: p, places: {x: {is: {k: 1}, fields: [{app: a, golden: k}]}}}]", "fixed by"),
    ("slots: [{golden: p, places: {x: {is: {k: 1}, fields: [{app: a, golden: b.c}]}}}]", "nested"),
    ("slots: [{golden: p, places: {x: {is: {k: 1}, fields: [{app: a, constant: 1}]}}}]",
     "only plain fields"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "message"), FAULTY)
def test_a_rule_half_said_is_refused(document, lines, message):
    with pytest.raises(DocumentRefused) as refused:
        parse(document(lines + "\n"), name="x")
    assert message in str(refused.value)


PARTS = """
fields:
  - {app: id, golden: number, direction: in}
  - {app: company, golden: name}
parts:
  contact:
    entity: contact
    accept when: {field: person.last, present: true}
    fields:
      - {app: id, golden: customer, reference: {entity: thing}, direction: in}
      - {app: person.last, golden: family_name, text: [trim]}
      - {app: person.first, golden: given_name}
"""


def test_one_record_is_split_into_two_golden_ones_and_joined_again(compiled, view):
    mapping = compiled(PARTS)
    assert mapping.parts["contact"].object_type == "things#contact"
    record = {"id": "7", "company": "Acme", "person": {"last": " Soto", "first": "Ana", "age": 4}}
    found = split_record(mapping, record, {}, Mirror())
    values = {path: read.value for path, read in found["contact"].scalars.items()}
    assert values == {"customer": "thing/7", "family_name": "Soto", "given_name": "Ana"}
    assert split_record(mapping, {"id": "8", "company": "Acme"}, {}, Mirror()).keys() == {""}
    views = {"": view({"name": "Acme"}), "contact": view(values)}
    assert join_record(mapping, views, record, Mirror()).values == {}
    edited = {"": view({"name": "Acme SL"}), "contact": view({"given_name": "Eva"})}
    outbound = join_record(mapping, edited, record, Mirror())
    assert outbound.values == {
        "company": "Acme SL",
        "person": {"last": " Soto", "first": "Eva", "age": 4},
    }
    assert outbound.sources["person"] == {"contact/family_name", "contact/given_name"}
    assert join_record(mapping, {"": view({"name": "Acme"})}, None, Mirror()).values == {
        "company": "Acme"
    }


EXAMPLES = """
fields:
  - {app: name, golden: name, text: [trim]}
  - {app: limit, golden: terms.limit, money: {in: EUR}}
  - {app: tags, golden: tags, set: {}}
slots:
  - {golden: points, places: {tel: {is: {kind: phone}, fields: [{app: tel, golden: value}]}}}
examples:
  - app: {name: ' Ana', limit: 5, tel: '1', tags: [b, a]}
    golden:
      name: Ana
      terms: {limit: {amount: '5.00', currency: EUR}}
      tags: [a, b]
      points: [{kind: phone, value: '1'}]
"""


def test_the_examples_of_a_mapping_are_tried_both_ways(document):
    assert failed_examples(parse(document(EXAMPLES), name="x"), Mirror()) == []
    wrong = EXAMPLES.replace("name: Ana\n", "name: Eva\n")
    failures = failed_examples(parse(document(wrong), name="x"), Mirror())
    assert [str(one) for one in failures] == ["line 12, example 1: name: says 'Eva', is 'Ana'"]


def test_an_example_that_is_not_carried_or_not_accepted_fails(document):
    refused = EXAMPLES.replace("limit: 5", "limit: much")
    failures = failed_examples(parse(document(refused), name="x"), Mirror())
    assert {one.path for one in failures} == {"terms.limit"}
    outside = EXAMPLES + "accept when: {field: name, equals: Eva}\n"
    (failure,) = failed_examples(parse(document(outside), name="x"), Mirror())
    assert failure.path == "accept when"


def test_an_example_that_would_be_written_anew_fails(document):
    lines = """
        fields:
          - {app: a, golden: a}
          - {app: a, golden: b, text: [upper]}
        examples:
          - {app: {a: x}, golden: {a: x, b: X}}
          - {name: read only, one way: true, app: {a: x}, golden: {a: x, b: X}}
    """
    failures = failed_examples(parse(document(lines), name="x"), Mirror())
    assert {one.example.name for one in failures} == {"example 1"}


def test_a_list_computes_an_app_field_when_it_changes(compiled, links, view):
    mapping = compiled("""
        fields:
          - {app: count, compute: {count: lines}}
          - {app: sum, compute: {sum: lines.amount}}
          - {app: host, compute: {domain: web}}
        lists:
          - app: lines
            golden: lines
            key: id
            fields: [{app: amount, golden: amount, decimal: {}}]
    """)
    lines = {"1": {"amount": "1.50"}}
    record = {"lines": [{"id": "1", "amount": "1.50"}], "count": 7, "sum": Decimal("1.5")}
    assert mapping.to_system(view({}, {"lines": lines}), record, links).values == {}
    assert mapping.to_system(view({"web": None}), record, links).values == {}
    more = {**lines, "2": {"amount": "2"}}
    values = mapping.to_system(view({}, {"lines": more}), record, links).values
    assert (values["count"], values["sum"]) == (2, "3.5")
    assert mapping.sources["sum"] == {"lines"}


def test_a_rule_of_one_direction_reads_or_writes_alone(compiled, links, view):
    mapping = compiled("""
        fields:
          - {app: full, split: {golden: [a, b]}, direction: in}
          - {app: label, split: {golden: [c, d]}, direction: out}
        slots:
          - golden: points
            direction: in
            places: {p: {is: {k: x}, fields: [{app: t, golden: v}]}}
          - golden: places
            direction: out
            places: {q: {is: {k: x}, fields: [{app: u, golden: v}]}}
    """)
    assert (mapping.inbound_paths, mapping.outbound_paths) == ({"a", "b"}, {"c", "d"})
    inbound = mapping.to_golden({"full": "x y", "label": "p q", "t": "1", "u": "2"}, None, links)
    assert inbound.scalars.keys() == {"a", "b"}
    assert inbound.elements.keys() == {"points"}
    element = {"+el_1": {"k": "x", "v": "9"}}
    golden = view({"a": "m", "c": "n"}, {"points": element, "places": element})
    assert mapping.to_system(golden, None, links).values == {"label": "n", "u": "9"}
    assert mapping.to_system(view(), None, links).values == {}


def test_an_invariant_over_money_that_cannot_be_added_says_so(compiled, links):
    mapping = compiled("""
        fields: [{app: total, golden: total}]
        lists: [{app: lines, golden: lines, key: id, fields: [{app: a, golden: a}]}]
        invariants: [{sum: lines.a, equals: total}]
    """)
    record = {"total": {"amount": "5", **EUR}, "lines": [{"id": "1", "a": "much"}]}
    problems = mapping.to_golden(record, None, links).problems
    assert "cannot be told: 'much' is not a plain number" in problems["total"].reason
    assert mapping.to_golden({"lines": record["lines"]}, None, links).problems == {}


def test_conditions_are_apart_if_their_values_exclude_each_other():
    person, firm = In("kind", ("person",)), In("kind", ("firm",))
    assert disjoint(person, firm)
    assert disjoint(person, Not(person))
    assert disjoint(Not(person), person)
    assert not disjoint(person, Not(firm))
    assert not disjoint(person, In("life", ("x",)))
    assert not disjoint(person, In("kind", ("person", "firm")))
