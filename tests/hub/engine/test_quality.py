"""Golden records are scored as they change; lists of what to mend, and the trend."""

from hub.chores import store as chores
from hub.housekeeping.service import CHORES
from hub.privacy.service import erase
from hub.quality import service, store
from hub.quality.service import assess_due, assess_one, sum_up_day
from master_data.quality.rules import assess


def score_all(bed):
    bed.hub.db.write(lambda c: chores.ensure(c, CHORES, bed.hub.db.now(c)))
    bed.clock.advance(60)
    while assess_due(bed.hub):
        pass


def worst(bed, finding=None):
    return bed.hub.db.read(lambda c: store.worst(c, "customer", finding, None, 50))


def test_records_are_scored_when_they_change_and_listed_by_what_they_lack(bed, customer):
    one = bed.crm.create("customers", customer(name="Ibarra", language=None))
    bed.crm.create("customers", customer(name="Luna"))
    bed.run()
    score_all(bed)
    assert {each.title for each in worst(bed)} == {"Ibarra", "Luna"}
    (lacking,) = worst(bed, ("missing", "language"))
    assert lacking.title == "Ibarra"
    before = lacking.score
    bed.crm.edit("customers", one.id, {"language": "es"})
    bed.run()
    score_all(bed)
    assert worst(bed, ("missing", "language")) == []
    (now,) = [each for each in worst(bed) if each.title == "Ibarra"]
    assert now.score > before
    assert assess_one(bed.hub, now.golden_id).score == now.score


def test_a_dispute_lowers_the_score_and_the_days_show_the_trend(bed, customer):
    row = bed.crm.create("customers", customer(name="Ibarra"))
    bed.run()
    score_all(bed)
    sum_up_day(bed.hub)
    sum_up_day(bed.hub)
    (account,) = bed.erp.living("customers")
    bed.crm.edit("customers", row.id, {"legal_name": "Ibarra SA"})
    bed.erp.edit("customers", account.id, {"legal_name": "Ibarra SL"})
    bed.run()
    bed.clock.advance(90_000)
    score_all(bed)
    sum_up_day(bed.hub)
    (disputed,) = worst(bed, ("disputed", "legal_name"))
    assert disputed.parts["agreed"] < 100
    first, last = bed.hub.db.read(lambda c: store.days(c, "customer", 10))
    assert (first.records, last.records) == (1, 1)
    assert last.score < first.score
    assert last.day > first.day


def test_whoever_is_erased_leaves_the_lists(bed, customer, tmp_path):
    bed.keep_in(tmp_path)
    bed.crm.create("customers", customer(name="Ibarra"))
    bed.run()
    score_all(bed)
    (scored,) = worst(bed)
    erase(bed.hub, scored.golden_id, by="us_1", reason="asked")
    score_all(bed)
    assert worst(bed) == []


def test_an_edit_goes_on_while_its_record_is_scored_and_is_scored_next(bed, customer, monkeypatch):
    row = bed.crm.create("customers", customer(name="Ibarra", language=None))
    bed.run()

    def edit_meanwhile(*told):
        monkeypatch.undo()
        bed.crm.edit("customers", row.id, {"language": "es"})
        bed.run()
        return assess(*told)

    monkeypatch.setattr(service, "assess", edit_meanwhile)
    bed.hub.db.write(lambda c: chores.ensure(c, CHORES, bed.hub.db.now(c)))
    bed.clock.advance(60)
    assess_due(bed.hub)
    assert worst(bed) == []  # what was read is out of date by now
    score_all(bed)
    assert [each.title for each in worst(bed)] == ["Ibarra"]
    assert worst(bed, ("missing", "language")) == []
