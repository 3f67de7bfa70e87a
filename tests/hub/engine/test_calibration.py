"""Thresholds follow what stewards decided, once a person publishes them; few answers move none."""

import pytest

from hub.calibration.service import proposals, publish_thresholds, ship_again
from hub.conflicts import store as conflicts
from hub.conflicts.model import Closing, NewConflict, OpenConflict
from hub.conflicts.rules import Choice
from hub.errors import NothingToCalibrate, ThresholdsMoved
from hub.matching import store as match_log
from hub.matching.model import NewDecision
from hub.resolutions.reviewing import review
from master_data.likeness.model import shipped_model

STREET = {"uses": ["billing"], "street": "Calle Mayor 12", "street2": None, "postal_code": "48001",
          "city": "Bilbao", "subdivision": None, "country": "ES"}  # fmt: skip


@pytest.fixture
def answered(bed):
    """`answered(many, weight, same=…)` lets a steward have answered as many questions."""
    numbers = iter(range(1_000_000))

    def add(many, weight, *, same, **evidence):
        found, decisions = [], []
        for _ in range(many):
            n = next(numbers)
            question = OpenConflict(
                kind="possible_duplicate",
                entity="customer",
                golden_id=f"gr_{n}",
                subject=f"gr_{n}b",
                connection="erp",
                rule="match",
                why="",
            )
            found.append(NewConflict(f"cf_{n:06d}", question, None))
            decisions.append(
                NewDecision(
                    id=f"md_{n:06d}",
                    golden_id=f"gr_{n}",
                    other_id=f"gr_{n}b",
                    crossref_id=f"xr_{n}",
                    connection="erp",
                    entity="customer",
                    zone="review",
                    weight=weight,
                    model="m",
                    statistics="s",
                    evidence={"kind": "company", "vetoes": [], "came": "", **evidence},
                )
            )
        choice = "same" if same else "different"
        closings = [Closing(each.id, "us_1", {"choice": choice}) for each in found]
        now = bed.clock.now()

        def unit(connection):
            conflicts.open_many(connection, found, now)
            match_log.log(connection, decisions, now)
            if same is not None:
                conflicts.close_many(connection, closings, now)

        bed.hub.db.write(unit)

    return add


def company(bed):
    return next(each for each in proposals(bed.hub) if each.kind == "company")


def two_of(bed, customer, account, name):
    """Let both systems tell of a firm of which little is known."""
    known = {"name": f"{name} S.L.", "addresses": [STREET]}
    bed.crm.create("customers", customer(**known, lifecycle="prospect"))
    bed.run()
    bed.erp.create("customers", account(name=f"{name} SL", addresses=[STREET | {"street": None}]))
    bed.run()


def test_few_answers_change_nothing_and_say_so(bed, answered):
    answered(30, 4.0, same=True)
    answered(30, -2.5, same=False)
    found = company(bed)
    model = shipped_model("company")
    assert (found.same, found.different, found.changes) == (30, 30, False)
    assert (found.proposed.link, found.proposed.review) == (model.link, model.review)
    with pytest.raises(NothingToCalibrate):
        publish_thresholds(bed.hub, "company", seen=0, by="us_1")
    with pytest.raises(NothingToCalibrate):
        ship_again(bed.hub, "company", seen=0, by="us_1")


def test_what_stewards_always_called_the_same_is_linked_by_itself(bed, answered, customer, account):
    two_of(bed, customer, account, "Talleres Ibarra")
    (asked,) = bed.conflicts()
    answered(900, 1.0, same=True)
    answered(300, -2.5, same=False)
    found = company(bed)
    assert (found.proposed.link, found.open, found.linked, found.parted) == (1.0, 1, 1, 0)
    assert found.proposed.review > -2.5
    done = publish_thresholds(bed.hub, "company", seen=0, by="us_1")
    assert company(bed).current == done.proposed
    assert company(bed).current.version == 1
    assert [each.id for each in bed.conflicts()] == [asked.id]
    before = len(bed.goldens())
    two_of(bed, customer, account, "Molinos Rey")
    assert len(bed.goldens()) == before + 1
    assert [each.id for each in bed.conflicts()] == [asked.id]
    ship_again(bed.hub, "company", seen=1, by="us_1")
    two_of(bed, customer, account, "Puerto Luz")
    assert len(bed.conflicts()) == 2


def test_thresholds_are_audited_and_published_over_what_was_seen_only(bed, answered):
    answered(900, 2.0, same=True)
    with pytest.raises(ThresholdsMoved):
        publish_thresholds(bed.hub, "company", seen=7, by="us_1")
    publish_thresholds(bed.hub, "company", seen=0, by="us_1")
    with pytest.raises(ThresholdsMoved):
        ship_again(bed.hub, "company", seen=0, by="us_1")
    told = bed.hub.db.read(
        lambda c: c.exec_driver_sql(
            "select actor, subject from audit_entry where action = 'matching.calibrated'"
        ).all()
    )
    assert [tuple(each) for each in told] == [("us_1", "company")]


def test_questions_that_no_threshold_asks_tell_nothing_of_thresholds(bed, answered):
    answered(900, 2.0, same=True, vetoes=[{"name": "house", "why": "another house"}])
    answered(900, 2.0, same=True, came="But both have the same tax id, so a person decides.")
    assert (company(bed).same, company(bed).changes) == (0, False)


def test_one_wrong_answer_among_few_holds_a_threshold_back(bed, answered):
    answered(765, 3.0, same=True)
    answered(1, 2.0, same=False)
    answered(300, 1.0, same=True)
    assert company(bed).proposed.link == 3.0


def test_an_answer_counts_that_was_really_given(bed, customer, account):
    two_of(bed, customer, account, "Talleres Ibarra")
    (asked,) = bed.conflicts()
    review(bed.hub, [(asked.id, asked.version)], Choice.SAME, "us_1")
    assert (company(bed).same, company(bed).open) == (1, 0)
