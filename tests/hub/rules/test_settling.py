"""What an answer to a write means for its crossref: agreed, the system's form, or somebody's."""

from dataclasses import replace

import pytest

from hub.effects import settling
from hub.effects.rules import value_mark
from hub.effects.settling import NOT_APPLIED, Answer, NotLanded, land, resolve
from hub.projection.views import Sight
from master_data.merge import Reading
from master_data.model import Base, ConnectionId, Crossref, CrossrefId, CrossrefState, GoldenId

AT = 5_000
KNOWN = {"name": Base("Old", "Old"), "notes": Base("n", "n")}


@pytest.fixture
def crossref():
    """crossref(**fields) -> that of a customer of the ERP, seen and agreed."""
    known = Crossref(
        id=CrossrefId("xr_1"),
        connection=ConnectionId("erp"),
        object_type="customers",
        entity="customer",
        golden_id=GoldenId("gr_1"),
        external_id="cu_1",
        state=CrossrefState.LIVE,
        base=KNOWN,
        remote_version="6",
        seen_at=100,
        settled_at=90,
    )
    return lambda **fields: replace(known, **fields)


@pytest.fixture
def sight():
    """sight(shown, **fields): what the record shows; a pair is (words, value)."""

    def build(shown, **fields):
        readings = {
            path: Reading(*value) if isinstance(value, tuple) else Reading(value, value)
            for path, value in shown.items()
        }
        return Sight(
            readings, fields.pop("elements", {}), fields.pop("absent", frozenset()), **fields
        )

    return build


@pytest.fixture
def answer():
    """answer(**fields) -> of a system that says nobody else wrote."""
    first = Answer("cu_1", "7", {"id": "cu_1"}, exclusive=True, at=AT)
    return lambda **fields: replace(first, **fields)


@pytest.fixture
def lands(crossref, sight, answer):
    """lands(sent, shown, **fields of the answer) -> Landed, on what was agreed."""
    return lambda sent, shown, **fields: land(crossref(), sent, answer(**fields), sight(shown))


def test_what_was_sent_and_came_back_is_agreed(crossref, sight, answer):
    seen = sight(
        {"name": "New", "notes": "n"}, elements={"addresses": {"a": "el_1"}}, absent=frozenset("z")
    )
    before = crossref(external_id=None, state=CrossrefState.CREATING, held={"x": "refused"})
    landed = land(before, {"name": "New"}, answer(), seen)
    assert (landed.inbound, landed.normalised, landed.ignored) == (False, {}, ())
    after = landed.crossref
    assert (after.external_id, after.state, after.remote_version) == ("cu_1", "live", "7")
    assert after.record == {"id": "cu_1"}
    assert after.base == {"name": Base("New", "New"), "notes": Base("n", "n")}
    assert after.elements == {"addresses": {"a": "el_1"}}
    assert after.absent == frozenset("z")
    assert after.held == {"x": "refused"}
    assert after.writes == {"name": [[AT, value_mark("New")]]}
    assert (after.seen_at, after.settled_at) == (AT, AT)


@pytest.mark.parametrize(
    ("at", "seen", "then"), [(5_000, True, 5_000), (99, True, 100), (5_000, False, 100)]
)
def test_only_a_record_that_was_shown_counts_as_seen(lands, at, seen, then):
    after = lands({"name": "New"}, {}, at=at, seen=seen).crossref
    assert (after.seen_at, after.settled_at) == (then, at)


def test_what_nobody_else_wrote_is_the_systems_form_of_ours(crossref, sight, answer):
    landed = land(crossref(), {"name": "New"}, answer(), sight({"name": ("nnn", "Neu!")}))
    assert landed.crossref.base["name"] == Base("nnn", "New")
    assert landed.normalised == {"name": ("New", "Neu!")}
    assert not landed.inbound


@pytest.mark.parametrize(
    ("held", "normalised", "inbound"),
    [
        ("New", {}, False),
        ("NEW", {"name": ("New", "NEW")}, False),  # a form of it, whoever wrote
        ("Else", {}, True),
        ("", {}, True),
    ],
)
def test_where_others_may_have_written_another_value_is_theirs(lands, held, normalised, inbound):
    sent = {"name": "New", "notes": "m"}
    landed = lands(sent, {"name": held, "notes": "m"}, exclusive=False)
    assert (landed.normalised, landed.inbound) == (normalised, inbound)
    agreed = Base("Old", "Old") if inbound else Base(held, "New")
    assert landed.crossref.base == {"name": agreed, "notes": Base("m", "m")}


def test_a_value_that_was_cleared_is_agreed_as_blank(crossref, sight, answer):
    landed = land(crossref(), {"notes": None}, answer(), sight({"name": "Old", "notes": ("", "")}))
    assert landed.crossref.base["notes"] == Base("", None)
    assert (landed.normalised, landed.inbound) == ({}, False)


def test_a_cleared_value_that_is_still_there_under_another_is_kept_as_its_form(
    crossref, sight, answer
):
    landed = land(crossref(), {"notes": None}, answer(), sight({"notes": "none"}))
    assert landed.crossref.base["notes"] == Base("none", None)
    assert landed.normalised == {"notes": (None, "none")}


def test_an_element_that_went_leaves_no_base(crossref, sight, answer):
    path = "addresses[el_1]"
    before = crossref(base={path: Base({"c": "x"}, {"c": "x"}), "addresses[el_2]": Base(1, 1)})
    landed = land(before, {path: None, "name": None}, answer(), sight({"addresses[el_2]": 1}))
    assert landed.crossref.base == {"addresses[el_2]": Base(1, 1), "name": Base(None, None)}
    again = land(crossref(), {path: None}, answer(), sight({"name": "Old", "notes": "n"}))
    assert again.crossref.base == KNOWN


def test_an_element_that_was_to_go_and_stays_is_noted(crossref, sight, answer):
    path = "addresses[el_1]"
    landed = land(crossref(base={}), {path: None}, answer(), sight({path: {"c": "x"}}))
    assert landed.crossref.base == {path: Base({"c": "x"}, None)}
    kept = land(crossref(base={}), {path: {"c": "y"}}, answer(), sight({}))
    assert kept.crossref.base == {path: Base(None, {"c": "y"})}


@pytest.mark.parametrize(
    ("shown", "inbound"),
    [
        ({"notes": "n"}, False),
        ({"notes": ("m", "n")}, True),  # its words moved
        ({"notes": "m"}, True),
        ({"phone": "1"}, True),  # never agreed
        ({"phone": ""}, False),
        ({"notes": "n", "phone": "1", "zip": ""}, True),
        ({"phone": "1", "notes": "n"}, True),  # once found, it stays found
    ],
)
def test_a_field_we_did_not_send_is_news_if_it_moved(crossref, sight, answer, shown, inbound):
    landed = land(crossref(), {"name": "New"}, answer(), sight({"name": "New"} | shown))
    assert landed.inbound is inbound
    blank = {path: Base(value, None) for path, value in shown.items() if value == ""}
    assert landed.crossref.base == KNOWN | {"name": Base("New", "New")} | blank


@pytest.mark.parametrize(
    "more", [{"unresolved": {"parent": ("customer", "cu_9")}}, {"problems": {"kind": "no row"}}]
)
def test_what_could_not_be_read_is_judged_again(crossref, sight, answer, more):
    landed = land(crossref(), {"name": "New"}, answer(), sight({"name": "New"}, **more))
    assert landed.inbound


@pytest.mark.parametrize(
    ("more", "shown", "ignored"),
    [
        ({}, "Old", True),
        ({"exclusive": False, "read_back": True}, "Old", True),
        ({"exclusive": False}, "Old", False),  # somebody may have put it back
        ({}, "Other", False),
        ({}, ("old words", "Old"), False),
        ({}, ("Old", "New"), False),  # the same words mean what was sent
        ({}, ("Old", "NEW"), False),
        ({}, None, False),
    ],
)
def test_a_system_that_says_done_and_shows_what_it_had_did_nothing(lands, more, shown, ignored):
    seen = {"notes": "m"} | ({} if shown is None else {"name": shown})
    landed = lands({"name": "New", "notes": "m"}, seen, **more)
    assert landed.ignored == (("name",) if ignored else ())
    assert landed.crossref.held == ({"name": NOT_APPLIED} if ignored else {})
    if ignored:
        assert landed.crossref.base == KNOWN | {"notes": Base("m", "m")}
        assert (landed.normalised, landed.inbound) == ({}, False)
        assert set(landed.crossref.writes) == {"name", "notes"}  # it was written all the same


def test_a_first_write_of_a_field_cannot_be_told_to_be_ignored(crossref, sight, answer):
    landed = land(crossref(base={}), {"name": "New"}, answer(), sight({"name": "Old"}))
    assert landed.ignored == ()


def test_a_blank_that_stays_though_a_value_was_sent_is_seen(crossref, sight, answer):
    before = crossref(base={"name": Base("", None)})
    landed = land(before, {"name": "New"}, answer(), sight({"name": ""}))
    assert landed.ignored == ("name",)
    cleared = land(before, {"name": None}, answer(), sight({"name": ""}))
    assert cleared.ignored == ()


@pytest.mark.parametrize(
    ("version", "shown", "landed"),
    [
        ("6", {"name": "New"}, False),  # the version did not move: nothing was written
        ("7", {"name": "Old", "notes": "n"}, False),
        (None, {"name": "Old", "notes": "n"}, False),
        (None, {"name": "New", "notes": "n"}, True),
        (None, {"name": ("Old", "New"), "notes": "n"}, True),  # its words mean what was sent
        ("7", {"name": "Old", "notes": "m"}, True),  # a part of it is there
        ("7", {"name": "Else", "notes": "n"}, True),  # somebody wrote
        ("7", {"name": "Old"}, True),  # not shown: not known to be unmoved
        ("7", {}, True),
    ],
)
def test_a_write_whose_answer_was_lost_is_judged_by_what_is_there(
    crossref, sight, version, shown, landed
):
    sent = {"name": "New", "notes": "m"}
    found = resolve(crossref(), sent, version=version, sight=sight(shown))
    assert found == (None if landed else NotLanded())


def test_a_lost_clear_that_shows_blank_landed(crossref, sight):
    before, seen = crossref(remote_version=None), sight({"notes": ""})
    assert resolve(before, {"notes": None}, version=None, sight=seen) is None
    blank = crossref(base={"notes": Base("", None)})
    assert resolve(blank, {"notes": None}, version="7", sight=seen) is None
    fresh = crossref(base={"notes": Base("n", "n")})
    new = resolve(fresh, {"zip": "1", "notes": "m"}, version="7", sight=sight({"notes": "n"}))
    assert new is None  # a field without a base may have been written


def test_a_refused_record_is_parked_and_refused_fields_are_held(crossref):
    assert settling.parked(crossref(), "it says no").parked == "it says no"
    held = settling.held(crossref(held={"a": "1", "b": "1"}), {"b": "2"}).held
    assert held == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("shown", "landed"),
    [("Old", False), ("Older", True), ("OLD", True), (("Old", "Older"), True), (None, True)],
)
def test_of_a_lost_write_a_field_with_its_old_words_has_not_landed(crossref, sight, shown, landed):
    """Even where the old value could be a cut form of the new one."""
    readings = {"notes": "n"} if shown is None else {"name": shown, "notes": "n"}
    sent = {"name": "Older", "new": "x"}
    kept = settling.landed_of(crossref(), sent, sight(readings))
    assert kept == ({"name": "Older"} if landed else {}) | {"new": "x"}
