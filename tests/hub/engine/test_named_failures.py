"""What went wrong for the users of other integration products, each with the tests that name it.

The first part is a table: failure -> tests anywhere in this suite that show it cannot happen here,
or is seen. The second part holds the tests that no other module has.
"""

import ast
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from connectors.contract import ChangeKind
from connectors.declarative.paths import instant_at
from connectors.kit.memory_connector import MemoryConnector
from hub.effects import store as effects
from hub.events import store as events
from hub.sync.service import decide_due
from tests.hub.engine.test_faults import assert_quiet

ROOT = Path(__file__).parents[3]
ENGINE = "tests/hub/engine"
HERE = f"{ENGINE}/test_named_failures.py"
FAILURES = {
    "a duplicate after a retry": [
        (f"{ENGINE}/test_faults.py", "test_a_create_whose_answer_was_lost_is_not_made_twice"),
        (f"{ENGINE}/test_faults.py", "test_a_create_that_lands_late_is_one_record"),
        (
            f"{ENGINE}/test_poor_systems.py",
            "test_a_lost_create_is_searched_before_it_is_made_again",
        ),
    ],
    "a duplicate after a rollback": [
        (f"{ENGINE}/test_faults.py", "test_a_worker_that_dies_in_a_create_makes_one_record"),
    ],
    "a duplicate from concurrent imports": [
        (HERE, "test_two_workers_that_import_the_same_customer_make_one"),
    ],
    "a job run twice in parallel": [
        ("tests/hub/test_lane_store.py", "test_claimed_lane_is_not_claimed_again_even_if_rung"),
        ("tests/hub/test_lane_store.py", "test_lost_lease_serves_nothing"),
        (
            "tests/e2e/bad_days/test_servers_away.py",
            "test_a_worker_that_stood_still_wakes_as_a_zombie_and_harms_nobody",
        ),
    ],
    "one webhook, two runs": [
        ("tests/hub/test_webhooks.py", "test_same_notice_twice_has_one_effect"),
        (HERE, "test_asking_for_notices_again_makes_no_second_subscription"),
    ],
    "changes lost at the edge of a cursor": [
        ("tests/connectors/test_feed.py", "test_the_feed_shows_the_last_version_of_every_record"),
        ("connectors/kit/suite.py", "test_the_feed_loses_no_row_at_a_page_border"),
        ("connectors/kit/suite.py", "test_the_feed_shows_a_row_of_a_stamp_already_read"),
    ],
    "a cursor by id skips what is committed late": [
        ("tests/connectors/test_feed.py", "test_the_feed_shows_the_last_version_of_every_record"),
        ("tests/hub/test_polling.py", "test_failure_midway_keeps_the_pages_already_stored"),
    ],
    "a sync loop": [
        (f"{ENGINE}/test_decisions.py", "test_a_field_written_in_circles_is_parked_with_an_alarm"),
        (f"{ENGINE}/test_road.py", "test_a_quiet_hub_writes_nothing"),
        (
            "tests/mappings/test_drift.py",
            "test_a_thousand_round_trips_through_a_coarser_system_write_once_and_change_no_bit",
        ),
    ],
    "a filter by user loses people's edits": [
        (f"{ENGINE}/test_road.py", "test_edits_of_different_fields_on_both_sides_are_both_kept"),
        (HERE, "test_a_persons_edit_in_the_same_version_as_ours_is_kept"),
    ],
    "a late old event wins": [
        (HERE, "test_a_late_old_notice_changes_nothing"),
        ("tests/hub/rules/test_freshness.py", "test_an_event_without_a_state_is_a_hint"),
    ],
    "a stale save overwrites another writer": [
        (f"{ENGINE}/test_faults.py", "test_a_stale_write_reads_again_and_keeps_both_edits"),
        ("connectors/kit/suite.py", "test_an_update_leaves_other_fields_alone"),
    ],
    "nobody owns a field": [
        (f"{ENGINE}/test_road.py", "test_a_field_that_the_erp_owns_is_put_back_in_the_crm"),
        (
            f"{ENGINE}/test_pins.py",
            "test_a_pinned_value_reaches_all_systems_and_an_edit_is_put_back",
        ),
    ],
    "the side that is refused is not seen": [
        ("tests/hub/rules/test_event_rules.py", "test_every_outcome_is_open_or_closed"),
        ("tests/hub/rules/test_event_rules.py", "test_unknown_outcome_makes_the_sheet_uneven"),
        (f"{ENGINE}/test_faults.py", "test_a_refused_create_is_parked_and_made_after_mending"),
    ],
    "schema drift": [
        (HERE, "test_a_system_that_changes_its_shape_holds_only_the_field_it_broke"),
        (f"{ENGINE}/test_decisions.py", "test_an_unmapped_value_is_held_and_the_others_go"),
        (f"{ENGINE}/test_held_values.py", "test_only_the_field_without_a_row_is_held"),
    ],
    "a success that did nothing": [
        (
            f"{ENGINE}/test_poor_systems.py",
            "test_a_system_that_says_done_and_does_nothing_is_found_out",
        ),
    ],
    "200 to the sender, and the data gone": [
        ("tests/hub/test_webhooks.py", "test_signed_notice_is_accepted_and_durable"),
    ],
    "one bad record blocks all": [
        (f"{ENGINE}/test_faults.py", "test_a_record_refused_as_a_whole_is_parked_alone"),
        (
            "tests/hub/test_webhooks.py",
            "test_broken_item_is_rejected_and_its_neighbours_go_on",
        ),
        (
            "tests/e2e/test_target_down.py",
            "test_what_an_absent_erp_misses_waits_visibly_and_comes_later",
        ),
    ],
    "a queue stuck with no owner": [
        (
            f"{ENGINE}/test_faults.py",
            "test_a_worker_that_dies_while_deciding_leaves_the_lane_to_the_next",
        ),
        (
            f"{ENGINE}/test_faults.py",
            "test_a_worker_that_dies_between_freeze_and_settle_loses_nothing",
        ),
        (f"{ENGINE}/test_ended_workers.py", "test_lanes_it_was_deciding_are_decided_at_once"),
        (
            "tests/hub/test_event_store.py",
            "test_oldest_undecided_tells_since_when_something_waits",
        ),
    ],
    "a mass of false deletes": [
        (
            f"{ENGINE}/test_deletes.py",
            "test_a_listing_of_a_system_that_lost_everything_stops_at_the_fuse",
        ),
        (f"{ENGINE}/test_deletes.py", "test_too_many_deletes_blow_the_fuse_and_touch_nobody_more"),
    ],
    "a truncated list told as whole": [
        (f"{ENGINE}/test_deletes.py", "test_a_listing_that_ends_early_deletes_nothing"),
    ],
    "unlinkable and merged records": [
        (HERE, "test_a_changed_email_is_no_new_customer"),
        (f"{ENGINE}/test_decisions.py", "test_merged_records_become_one_with_the_elements_of_both"),
    ],
    "a link one to one where life is one to many": [
        (
            f"{ENGINE}/test_decisions.py",
            "test_a_merged_record_contributes_and_is_never_written",
        ),
    ],
    "wrong money": [
        ("tests/ground/test_money.py", "test_what_is_no_exact_money_is_refused"),
        ("tests/ground/test_money.py", "test_currencies_do_not_mix"),
        ("tests/ground/test_money.py", "test_sums_and_differences_are_exact"),
        ("tests/mappings/test_rules.py", "test_an_invariant_that_does_not_hold_holds_its_fields"),
    ],
    "time zones": [
        (HERE, "test_the_hour_that_comes_twice_keeps_its_order"),
        ("tests/mappings/test_more_operations.py", "test_an_operation_carries_a_value_both_ways"),
        ("tests/ground/test_strict_json.py", "test_instants_are_written_in_utc_and_dates_as_dates"),
    ],
    "the parent is not there yet": [
        (f"{ENGINE}/test_road.py", "test_products_wait_for_their_category"),
    ],
    "reference data left out": [
        (
            f"{ENGINE}/test_held_values.py",
            "test_a_row_says_beforehand_how_many_it_releases_and_then_does",
        ),
    ],
    "no retry where people look": [
        (f"{ENGINE}/test_causes.py", "test_one_answer_tries_a_whole_cause_again_and_no_other"),
        (
            f"{ENGINE}/test_decisions.py",
            "test_a_value_that_can_be_understood_again_ends_its_conflict",
        ),
    ],
    "a whole database surprised at the first sync": [
        (f"{ENGINE}/test_onboarding.py", "test_nothing_is_written_before_the_plan_is_approved"),
        (f"{ENGINE}/test_onboarding.py", "test_a_load_goes_by_steps_and_tells_how_far_it_is"),
        (f"{ENGINE}/test_onboarding.py", "test_a_load_that_is_refused_stops_at_the_first_step"),
    ],
    "errors that say nothing": [
        (f"{ENGINE}/test_faults.py", "test_a_refused_field_is_held_and_the_others_go"),
        (f"{ENGINE}/test_causes.py", "test_refusals_are_grouped_by_cause_whatever_their_numbers"),
        (
            f"{ENGINE}/test_bad_records.py",
            "test_a_record_without_a_readable_name_is_rejected_with_the_field_and_the_reason",
        ),
        ("tests/connectors/test_reading.py", "test_a_throttled_connection_waits_as_asked"),
    ],
    "history lost": [
        (f"{ENGINE}/test_watching.py", "test_payloads_go_after_a_while_and_outcomes_stay"),
        (f"{ENGINE}/test_watching.py", "test_a_changed_history_is_found_and_named"),
    ],
}


@lru_cache
def names_in(path):
    tree = ast.parse((ROOT / path).read_text())
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_of_others_has_tests_that_name_it(failure):
    named = FAILURES[failure]
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_all_thirty_are_named():
    assert len(FAILURES) == 30


TAX = [{"scheme": "ES_NIF", "value": "B65410011", "country": "ES"}]


def test_two_workers_that_import_the_same_customer_make_one(bed, customer, monkeypatch):
    bed.crm.create("customers", customer(name="Same", tax_ids=TAX))
    there = {"name": "Same", "kind": "organisation", "status": "active", "currency": "EUR"}
    bed.erp.create("customers", there | {"tax_ids": TAX})
    bed.tell("crm")
    write, writes = bed.hub.db.write, []

    def write_after_the_other(work, *, synced=True):
        writes.append(work)
        if len(writes) == 2:  # the first worker has judged and not written yet
            bed.hub.db.write = write
            bed.tell("erp")
            assert decide_due(bed.hub) == 1
        return write(work, synced=synced)

    monkeypatch.setattr(bed.hub.db, "write", write_after_the_other)
    assert decide_due(bed.hub) == 1
    monkeypatch.undo()
    bed.run()
    assert len(bed.goldens()) == 1
    assert len(bed.rows("crm")) == len(bed.rows("erp")) == 1
    assert_quiet(bed)


def test_asking_for_notices_again_makes_no_second_subscription(bed):
    connector = bed.connectors["crm"]
    url = "https://hub.example/hub/webhooks/crm"
    assert connector.subscribe(url) == connector.subscribe(url)
    assert list(bed.crm.endpoints) == [url]


class Interfering(MemoryConnector):
    """Between our write and its answer a person edits another field of the same record."""

    def write(self, object_type, writes, not_after):
        results = super().write(object_type, writes, not_after)
        for each in writes:
            if each.external_id:
                self.system.edit(object_type, each.external_id, {"language": "ro"})
        return results


def test_a_persons_edit_in_the_same_version_as_ours_is_kept(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    bed.put_in("erp", Interfering(bed.erp))
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.run()
    for name in ("crm", "erp"):
        (there,) = bed.rows(name)
        assert (there["name"], there["language"]) == ("Ibarra nuevo", "ro")


def test_a_system_that_changes_its_shape_holds_only_the_field_it_broke(bed, customer):
    row = bed.crm.create("customers", customer(legal_name="Ibarra SA", language="es"))
    bed.run()
    del bed.crm.row("customers", row.id).values["legal_name"]
    bed.crm.edit("customers", row.id, {"name": "New", "language": ["pt"], "shoe_size": 42})
    bed.crm.create("customers", customer(name="Neighbour"))
    bed.run()
    there = {each["name"]: each for each in bed.rows("erp")}
    assert there.keys() == {"New", "Neighbour"}
    assert (there["New"]["legal_name"], there["New"]["language"]) == ("Ibarra SA", "es")
    (held,) = bed.conflicts()
    assert held.subject == "crm:language"
    bed.crm.edit("customers", row.id, {"language": "pt"})
    bed.run()
    assert {each["name"]: each["language"] for each in bed.rows("erp")}["New"] == "pt"
    assert bed.conflicts() == []


def test_a_late_old_notice_changes_nothing(bed, customer):
    row = bed.crm.create("customers", customer(name="Old"))
    late = bed.event("crm", "customers", row.id)
    bed.crm.edit("customers", row.id, {"name": "New"})
    bed.run()
    bed.hub.db.write(lambda c: events.insert(c, [late], bed.clock.now()))
    bed.run()
    assert late.kind is ChangeKind.CHANGED
    assert [bed.rows(name)[0]["name"] for name in ("crm", "erp")] == ["New", "New"]
    assert_quiet(bed)


def test_a_changed_email_is_no_new_customer(bed, customer):
    mail = {"kind": "email", "value": "a@ibarra.example", "purpose": None, "preferred": True}
    row = bed.crm.create("customers", customer(contact_points=[mail]))
    bed.run()
    (point,) = bed.crm.row("customers", row.id).values["contact_points"]
    bed.crm.edit("customers", row.id, {"contact_points": [point | {"value": "b@other.example"}]})
    bed.run()
    (there,) = bed.rows("erp")
    assert [each["value"] for each in there["contact_points"]] == ["b@other.example"]
    assert len(bed.goldens()) == 1
    assert bed.hub.db.read(effects.counts) == {}


def test_the_hour_that_comes_twice_keeps_its_order():
    first, second = "2026-10-25T02:30:00+02:00", "2026-10-25T02:10:00+01:00"
    times = [instant_at({"at": each}, "at") for each in (first, second)]
    assert times == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 10, tzinfo=UTC),
    ]
    assert instant_at({"at": "2026-10-25T02:30:00"}, "at") is None  # no zone: no instant
