"""The three-way merge: what a state of a source record does to golden, and what it may not do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.merge import Reading, merge
from master_data.model import Base, FieldOutcome
from master_data.pins import pin_decision
from master_data.policies import parse_policies
from tests.master_data.builders import (
    POLICIES,
    make_contribution,
    make_crossref,
    make_golden,
    make_readings,
    make_sighting,
    make_weighing,
)


def outcome_of(merged, path):
    (result,) = [each for each in merged.results if each.path == path]
    return result.outcome


def run(crossref, golden, values, *, rivals=(), **more):
    weighing = make_weighing(rivals, more.get("policies", POLICIES))
    sighting = more.get("sighting", make_sighting())
    return merge(crossref, golden, make_readings(values), sighting, weighing)


def test_a_changed_field_becomes_golden_and_a_contribution():
    merged = run(make_crossref(base={"name": "A"}), make_golden({"name": "A"}), {"name": "B"})
    assert merged.changed == {"name": ("B", "A")}
    assert merged.base["name"] == Base("B", "B")
    assert merged.contributions["name"].source == "crm"
    assert merged.contributions["name"].event == "ev_2"


def test_other_words_for_the_agreed_value_change_nothing():
    crossref = make_crossref(base={"name": "A"})
    readings = {"name": Reading("a ", "A")}
    merged = merge(crossref, make_golden({"name": "A"}), readings, make_sighting(), make_weighing())
    assert merged.changed == {}
    assert merged.base["name"] == Base("a ", "A")
    assert outcome_of(merged, "name") is FieldOutcome.NO_OP


def test_a_clear_of_an_agreed_value_clears_golden():
    merged = run(make_crossref(base={"name": "A"}), make_golden({"name": "A"}), {"name": None})
    assert "name" not in merged.body
    assert merged.changed == {"name": (None, "A")}


def test_an_element_that_went_away_is_cleared():
    path = "addresses[el_1]"
    merged = run(make_crossref(base={path: {"city": "X"}}), make_golden({path: {"city": "X"}}),
                 {path: None})  # fmt: skip
    assert path not in merged.body


def test_a_blank_that_was_blank_before_is_no_clear():
    crossref = make_crossref(base={"notes": None})
    merged = merge(crossref, make_golden({"notes": "ours"}), {"notes": Reading("", None)},
                   make_sighting(), make_weighing())  # fmt: skip
    assert merged.body == {"notes": "ours"}
    assert merged.contributions == {}


def test_a_later_edit_elsewhere_supersedes_an_earlier_one():
    rival = make_contribution("erp", "E", since=20, at=30)
    crossref = make_crossref(base={"name": "A"})
    merged = run(crossref, make_golden({"name": "E"}), {"name": "C"}, rivals=[("name", rival)])
    assert merged.changed == {}
    assert outcome_of(merged, "name") is FieldOutcome.SUPERSEDED
    assert merged.contributions["name"].value == "C"


def test_when_the_longest_value_gets_shorter_the_next_longest_takes_its_place():
    rival = make_contribution("erp", "medium", since=0, at=5)
    crossref = make_crossref(base={"notes": "the longest"})
    golden = make_golden({"notes": "the longest"})
    merged = run(crossref, golden, {"notes": "short"}, rivals=[("notes", rival)])
    assert merged.body == {"notes": "medium"}
    assert merged.results[0].source == "erp"


def test_a_pinned_field_stays_and_the_edit_is_kept_for_later():
    pin = pin_decision("Ibarra", by="us_1", at=5, why="as registered", until=100)
    golden = replace(make_golden({"name": "Ibarra"}), decisions={"name": pin})
    crossref = make_crossref(base={"name": "Ibarra"})
    merged = run(crossref, golden, {"name": "Other"})
    assert merged.body == {"name": "Ibarra"}
    assert outcome_of(merged, "name") is FieldOutcome.SUPERSEDED
    assert merged.contributions["name"].value == "Other"
    assert merged.base["name"] == Base("Other", "Other"), "so it is put back"


def test_a_pin_that_ended_fixes_nothing():
    pin = pin_decision("Ibarra", by="us_1", at=5, why="for the fair", until=12)
    golden = replace(make_golden({"name": "Ibarra"}), decisions={"name": pin})
    merged = run(make_crossref(base={"name": "Ibarra"}), golden, {"name": "Other"})
    assert merged.body == {"name": "Other"}


def test_rivals_that_lost_are_told_with_the_change():
    rival = make_contribution("erp", "E", since=0, at=5)
    crossref = make_crossref(base={"name": "A"})
    merged = run(crossref, make_golden({"name": "E"}), {"name": "C"}, rivals=[("name", rival)])
    assert merged.changed == {"name": ("C", "E")}
    assert merged.results[0].rivals == (rival,)


def test_a_field_that_another_owns_is_rejected_and_put_back():
    rival = make_contribution("erp", "NET30")
    path = "terms.payment_terms"
    crossref = make_crossref(base={path: "NET30"})
    merged = run(crossref, make_golden({path: "NET30"}), {path: "NET90"}, rivals=[(path, rival)])
    assert outcome_of(merged, path) is FieldOutcome.REJECTED
    assert merged.results[0].why == "owned by erp"
    assert merged.body == {path: "NET30"}
    assert merged.base[path] == Base("NET90", "NET90"), "so it no longer shows golden"
    assert merged.contributions[path].value == "NET90", "it counts if the owner ever leaves"


def test_the_owners_value_from_another_system_is_no_offence():
    path = "terms.payment_terms"
    rival = make_contribution("erp", "NET30")
    merged = run(make_crossref(), make_golden({path: "NET30"}), {path: "NET30"},
                 rivals=[(path, rival)])  # fmt: skip
    assert outcome_of(merged, path) is FieldOutcome.NO_OP


def test_while_the_owner_is_silent_others_fill():
    path = "terms.payment_terms"
    merged = run(make_crossref(), make_golden(), {path: "NET60"})
    assert merged.body == {path: "NET60"}


def test_the_owner_may_edit():
    path = "number"
    merged = run(make_crossref("erp"), make_golden({path: "C1"}), {path: "C2"})
    assert merged.body == {path: "C2"}


def test_rival_edits_of_a_manual_field_are_held():
    path, rival = "legal_name", make_contribution("erp", "E")
    merged = run(make_crossref(base={path: "A"}), make_golden({path: "E"}), {path: "C"},
                 rivals=[(path, rival)])  # fmt: skip
    assert merged.held == {path}
    assert merged.body == {path: "E"}
    assert outcome_of(merged, path) is FieldOutcome.CONFLICT
    assert {each.value for each in merged.results[0].rivals} == {"C", "E"}


@pytest.fixture
def in_conflict():
    path = "legal_name"
    known = {path: make_contribution("crm", "C")}
    crossref = make_crossref(base={path: "C"}, contributions=known)
    return path, crossref, make_golden({path: "E"}, held=[path])


def test_another_edit_of_a_held_field_waits_too(in_conflict):
    path, crossref, golden = in_conflict
    rival = make_contribution("erp", "E")
    merged = run(crossref, golden, {path: "D"}, rivals=[(path, rival)])
    assert outcome_of(merged, path) is FieldOutcome.CONFLICT
    assert merged.held == {path}
    assert merged.contributions[path].value == "D"


def test_an_event_equal_to_its_own_rival_is_no_news(in_conflict):
    path, crossref, golden = in_conflict
    readings = {path: Reading("c", "C")}
    weighing = make_weighing([(path, make_contribution("erp", "E"))])
    merged = merge(crossref, golden, readings, make_sighting(), weighing)
    assert outcome_of(merged, path) is FieldOutcome.NO_OP
    assert merged.held == {path}


def test_equal_rivals_close_the_conflict(in_conflict):
    path, crossref, golden = in_conflict
    rival = make_contribution("erp", "E")
    merged = run(crossref, golden, {path: "E"}, rivals=[(path, rival)])
    assert merged.held == frozenset()
    assert merged.settled == (path,)
    assert merged.body == {path: "E"}


# ---- laws ----

SPELLED = parse_policies('[customer]\nlegal_name = "manual(alike: company)"')


def test_at_first_contact_a_spelling_is_no_conflict():
    said = make_contribution("erp", "LA PEÑA")
    golden = make_golden({"legal_name": "LA PEÑA"})
    merged = run(make_crossref(), golden, {"legal_name": "La Peña SL"}, policies=SPELLED,
                 rivals=[("legal_name", said)])  # fmt: skip
    assert merged.changed == {"legal_name": ("La Peña SL", "LA PEÑA")}
    assert merged.held == frozenset()
    (result,) = merged.results
    assert result.rule == "alike"
    full = ("legal_name", make_contribution("erp", "La Peña SL"))
    golden = make_golden({"legal_name": "La Peña SL"})
    poorer = run(make_crossref(), golden, {"legal_name": "LA PEÑA"}, rivals=[full],
                 policies=SPELLED)  # fmt: skip
    assert poorer.changed == {}
    assert poorer.base["legal_name"] == Base("LA PEÑA", "LA PEÑA")  # so the fuller one is written
    assert outcome_of(poorer, "legal_name") is FieldOutcome.SUPERSEDED


def test_rivals_that_come_to_differ_in_spelling_only_close_their_conflict():
    path, rival = "legal_name", make_contribution("erp", "La Peña, S.L.")
    before = make_crossref(contributions={path: make_contribution("crm", "Ibarra")})
    golden = make_golden({path: "Ibarra"}, held=[path])
    merged = run(before, golden, {path: "LA PEÑA"}, rivals=[(path, rival)], policies=SPELLED)
    assert merged.settled == (path,)
    assert merged.body[path] == "La Peña, S.L."
    (result,) = merged.results
    assert (result.rule, result.source) == ("alike", "erp")


PATHS = ("name", "legal_name", "notes", "industry", "source", "terms.currency", "number")
values = st.sampled_from([None, "", "A", "BB", "CCC"])
bodies = st.dictionaries(st.sampled_from(PATHS), values.filter(bool), max_size=5)
states = st.dictionaries(st.sampled_from(PATHS), values, max_size=7)
rival_lists = st.lists(
    st.tuples(
        st.sampled_from(PATHS),
        st.builds(
            make_contribution,
            st.sampled_from(["erp", "shop", "person:us_1"]),
            values,
            st.integers(0, 20),
            st.integers(21, 40),
        ),
    ),
    unique_by=lambda told: (told[0], told[1].source),
    max_size=5,
)


def first_run(body, base, state, rivals, held):
    crossref, golden = make_crossref(base=base), make_golden(body, held=held)
    return crossref, golden, run(crossref, golden, state, rivals=rivals)


worlds = st.tuples(bodies, bodies, states, rival_lists, st.sets(st.sampled_from(PATHS), max_size=2))


@given(bodies, bodies, rival_lists)
def test_a_state_equal_to_base_changes_nothing(body, base, rivals):
    crossref, golden = make_crossref(base=base), make_golden(body)
    merged = run(crossref, golden, base, rivals=rivals)
    assert (merged.body, merged.base, merged.results) == (body, crossref.base, ())
    assert merged.contributions == {}


@given(worlds)
def test_merging_the_same_state_again_changes_nothing(world):
    crossref, golden, once = first_run(*world)
    after = crossref.with_(base=once.base, contributions=once.contributions)
    then = replace(golden, body=once.body, held=once.held)
    again = run(after, then, world[2], rivals=world[3])
    assert again.results == ()
    assert (again.body, again.base, again.held) == (once.body, once.base, once.held)


@given(worlds)
def test_every_value_that_changed_was_contributed(world):
    _, _, merged = first_run(*world)
    for path, (new, _) in merged.changed.items():
        mine = [merged.contributions[path]] if path in merged.contributions else []
        said = mine + [told for name, told in world[3] if name == path]
        assert new in {each.value or None for each in said}


@given(worlds)
def test_blanks_without_base_never_overwrite(world):
    crossref, golden, merged = first_run(*world)
    for path, value in world[2].items():
        if not value and path not in crossref.base:
            assert merged.body.get(path) == golden.body.get(path)
            assert path not in merged.contributions


@given(worlds)
def test_missing_paths_change_nothing(world):
    crossref, golden, merged = first_run(*world)
    for path in set(PATHS) - set(world[2]):
        assert merged.body.get(path) == golden.body.get(path)
        assert merged.base.get(path) == crossref.base.get(path)
        assert (path in merged.held) == (path in golden.held)


@given(worlds)
def test_a_held_field_moves_only_when_all_rivals_agree(world):
    _, golden, merged = first_run(*world)
    for path in golden.held - set(merged.settled):
        assert path in merged.held
        assert merged.body.get(path) == golden.body.get(path)
    assert merged.held.isdisjoint(merged.settled)


@given(worlds)
def test_golden_holds_no_blanks(world):
    _, _, merged = first_run(*world)
    assert all(value not in (None, "") for value in merged.body.values())


@given(worlds)
def test_each_field_has_at_most_one_result(world):
    _, _, merged = first_run(*world)
    paths = [result.path for result in merged.results]
    assert len(paths) == len(set(paths))


ALL_NEWEST = parse_policies('[customer]\ndefault = "newest"')


@given(st.permutations([("erp", "E", 0, 10), ("crm", "C", 10, 20), ("shop", "S", 20, 30)]))
def test_newest_of_disjoint_edits_is_independent_of_arrival(arrivals):
    golden, base = make_golden({"name": "A"}), {"name": "A"}
    crossrefs = {name: make_crossref(name, base=base) for name in ("erp", "crm", "shop")}
    for source, value, since, at in arrivals:
        rivals = [
            ("name", told)
            for name, each in crossrefs.items()
            if name != source
            for told in each.contributions.values()
        ]
        merged = run(crossrefs[source], golden, {"name": value}, rivals=rivals,
                     sighting=make_sighting(since, at), policies=ALL_NEWEST)  # fmt: skip
        crossrefs[source] = crossrefs[source].with_(
            base=merged.base, contributions=merged.contributions
        )
        golden = replace(golden, body=merged.body)
    assert golden.body == {"name": "S"}
