"""Chores, sheets by the hour, retention, the sealed audit, figures."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.alerts import store as alerts
from hub.alerts.rules import Thresholds, troubles
from hub.chores import store as chores
from hub.conflicts.rules import Choice
from hub.events import store as events
from hub.housekeeping.service import CHORES, do_due
from hub.metrics.rules import Figure, Kind, render
from hub.metrics.service import figures
from hub.retention.service import thin_out
from hub.sealing.service import seal_due, verify
from hub.sheets import store as sheets
from hub.sheets.service import roll_up
from tests.hub.engine.test_faults import answer


@pytest.fixture
def history(bed, customer):
    """Three hours with customers and edits, the last event still open."""
    for hour in range(3):
        for number in range(3):
            bed.crm.create("customers", customer(name=f"Customer {hour}{number}"))
        bed.run()
        bed.clock.advance(3600)
    (row, *_) = bed.erp.living("customers")
    bed.erp.edit("customers", row.id, {"status": "vip"})
    bed.run()
    do_due(bed.hub)
    return row


def settings(bed, **changes):
    bed.hub = replace(bed.hub, settings=bed.hub.settings.model_copy(update=changes))


def rolled(bed):
    while roll_up(bed.hub):
        pass


def sql(bed, statement):
    bed.hub.db.write(lambda c: c.exec_driver_sql(statement))


def rows(bed, query):
    return bed.hub.db.read(lambda c: [tuple(row) for row in c.exec_driver_sql(query)])


def test_each_chore_is_done_by_one_worker_at_a_time(bed):
    assert do_due(bed.hub) == 1
    done = 1
    while do_due(bed.hub):
        done += 1
    assert done == len(CHORES)
    bed.clock.advance(16)
    assert {row[0] for row in rows(bed, "select name from chore where error is null")} == set(
        CHORES
    )
    db = bed.hub.db
    until = bed.clock.now() + timedelta(minutes=5)
    due = sorted(name for name, chore in CHORES.items() if chore.every < 16)
    taken = [
        db.write(lambda c: chores.claim(c, "some", bed.clock.now(), until)) for _ in range(len(due))
    ]
    assert sorted(taken) == due
    assert db.write(lambda c: chores.claim(c, "other", bed.clock.now(), until)) is None


def test_a_chore_that_fails_is_seen_and_tried_again(bed, monkeypatch):
    def fail(_hub):
        raise RuntimeError("no")

    monkeypatch.setitem(CHORES, "seal", replace(CHORES["seal"], work=fail))
    while do_due(bed.hub):
        pass
    assert bed.hub.db.read(chores.failing) == 1
    found = bed.hub.db.read(lambda c: alerts.figures(c, bed.clock.now()))
    assert "chore:seal" in troubles(found, Thresholds(300, 60))


def test_rolled_up_hours_add_up_to_the_same_sheet(bed, history):
    before = bed.hub.db.read(sheets.sheet)
    plain = bed.balance()
    assert before[0] == plain
    bed.clock.advance(7200)
    rolled(bed)
    assert bed.hub.db.read(sheets.rolled_until) is not None
    assert rows(bed, "select count(*) from balance_late") == [(1,)]
    assert bed.hub.db.read(sheets.sheet) == before
    (conflict,) = bed.conflicts()
    bed.erp.edit("customers", history.id, {"status": "blocked"})
    bed.run()
    rolled(bed)
    assert bed.conflicts() == [] or conflict
    assert bed.hub.db.read(sheets.sheet)[0] == bed.balance()
    assert bed.hub.db.read(sheets.sheet)[0].is_even
    assert rows(bed, "select count(*) from balance_late") == [(0,)]


def test_the_sheet_by_the_hour_is_the_same_before_and_after_rolling_up(bed, history):
    def by_hour():
        since = bed.clock.now() - timedelta(hours=24)
        found = bed.hub.db.read(lambda c: sheets.hours(c, "crm", since))
        return [(hour, received, +counts) for _, hour, received, counts in found]

    before = by_hour()
    assert sum(received for _, received, _ in before) > 0
    bed.clock.advance(7200)
    rolled(bed)
    assert by_hour() == before
    assert all(received == sum(counts.values()) for _, received, counts in by_hour())


def test_payloads_go_after_a_while_and_outcomes_stay(bed, history):
    settings(bed, payload_days=30)
    thin_out(bed.hub)
    assert rows(bed, "select count(*) from event where state is not null") != [(0,)]
    bed.clock.advance(31 * 86_400)
    thin_out(bed.hub)
    left = rows(bed, "select outcome from event where state is not null")
    assert left == [("held",)]
    assert rows(bed, "select count(*) from effect where frozen is not null") == [(0,)]
    assert bed.balance().is_even
    assert bed.balance().received > 9


def sealed(bed):
    bed.clock.advance(60)
    while seal_due(bed.hub):
        pass
    return verify(bed.hub)


def test_an_untouched_history_verifies_and_names_its_tail(bed, history, customer):
    assert verify(bed.hub).unsealed > 9
    found = sealed(bed)
    assert (found.broken, found.unsealed) == ([], 0)
    assert found.rows == rows(bed, "select count(*) from golden_version")[0][0]
    bed.crm.create("customers", customer(name="Late"))
    bed.run()
    after = verify(bed.hub)
    assert (after.head, after.unsealed > 0) == (found.head, True)
    more = sealed(bed)
    assert more.blocks == found.blocks + 1
    assert more.broken == []


def test_what_people_decide_is_part_of_the_sealed_history(bed, history):
    (conflict,) = bed.conflicts()
    answer(bed, conflict, Choice.DISMISS)
    assert sealed(bed).broken == []
    sql(bed, "update audit_entry set actor = 'us_2'")
    (trouble,) = verify(bed.hub).broken
    assert "au_" in trouble
    assert "was changed" in trouble


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update golden_version set changes = '{}' where version = 1", "was changed"),
        ("delete from golden_version where version = 1", "is missing"),
        ("update audit_block set marks = '' where number = 1", "block 1"),
        ("delete from audit_block where number = 1", "blocks 1 to 1 are missing"),
    ],
)
def test_a_changed_history_is_found_and_named(bed, history, customer, statement, said):
    sealed(bed)
    bed.crm.create("customers", customer(name="One more"))
    bed.run()
    assert sealed(bed).blocks == 2
    sql(bed, statement)
    broken = verify(bed.hub).broken
    assert broken
    assert said in broken[0]


def test_a_row_slipped_into_sealed_history_is_found(bed, history):
    sealed(bed)
    sql(
        bed,
        "insert into golden_version (golden_id, version, at, changes)"
        " select golden_id, version + 100, at, changes from golden_version where version = 1",
    )
    (trouble,) = verify(bed.hub).broken
    assert "was added" in trouble


def test_figures_are_told_in_the_form_of_prometheus(bed, history):
    text = render(figures(bed.hub))
    sheet = bed.hub.db.read(lambda c: events.balance_sheet(c, "crm"))
    assert f'rectoverso_events_received_total{{connection="crm"}} {sheet.received}\n' in text
    assert 'rectoverso_connection_up{connection="erp"} 1\n' in text
    assert "# TYPE rectoverso_conflicts_open gauge\nrectoverso_conflicts_open 1\n" in text
    for line in text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2


def test_labels_are_escaped():
    figure = Figure("x", "h", Kind.GAUGE, [({"name": 'a"b\\c\nd'}, 1.0)])
    assert render([figure]).splitlines()[-1] == 'x{name="a\\"b\\\\c\\nd"} 1'
