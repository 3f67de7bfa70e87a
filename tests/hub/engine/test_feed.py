"""Others read what became of golden records, in order, without gaps, and of the erased nothing."""

import pytest

from hub.errors import BadCursor
from hub.feed.service import NOW, read
from hub.privacy.service import erase
from tests.hub.engine.lives import Lives


@pytest.fixture
def lives(bed, customer, tmp_path):
    bed.keep_in(tmp_path)
    made = Lives(bed, customer)
    for letter in "AB":
        made.make(letter)
    made.remember_erp()
    return made


def read_all(bed, limit, entities=(), start=None):
    found, cursor = [], start
    for _ in range(200):
        stretch = read(bed.hub, cursor, limit, entities)
        if not stretch.changes:
            return found, stretch.cursor
        found, cursor = found + stretch.changes, stretch.cursor
    raise AssertionError("it never ends")


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_the_feed_tells_every_version_once_in_order(lives, limit):
    bed = lives.bed
    lives.edit("A", "crm", {"language": "ca"})
    lives.edit("A", "crm", {"language": None})
    bed.clock.advance(60)
    found, end = read_all(bed, limit)
    one = lives.golden("A")
    mine = [each for each in found if each.golden_id == one.id]
    assert [each.version for each in mine] == list(range(1, one.version + 1))
    assert [each.at for each in found] == sorted(each.at for each in found)
    told = {}
    for each in mine:
        told |= each.fields
    assert {path: value for path, value in told.items() if value is not None} == one.body
    assert mine[-1].fields == {"language": None}
    lives.edit("B", "crm", {"language": "fr"})
    bed.clock.advance(60)
    (last,) = read_all(bed, limit, start=end)[0]
    assert (last.golden_id, last.fields) == (lives.golden_id("B"), {"language": "fr"})
    assert read_all(bed, limit, ["product"])[0] == []


def test_what_may_still_be_overtaken_is_not_told_yet(lives):
    bed = lives.bed
    bed.clock.advance(60)
    _, end = read_all(bed, 10)
    now = read(bed.hub, NOW, 10).cursor
    bed.crm.edit("customers", lives.letters["A"], {"language": "ca"})
    bed.run()
    assert read(bed.hub, end, 10).changes == []
    bed.clock.advance(60)
    for cursor in (end, now):
        assert [each.fields for each in read(bed.hub, cursor, 10).changes] == [{"language": "ca"}]
    with pytest.raises(BadCursor):
        read(bed.hub, "nonsense", 10)


def test_a_merged_record_names_what_it_became_and_an_erased_one_says_nothing(lives):
    bed = lives.bed
    one, other = lives.golden_id("A"), lives.golden_id("B")
    lives.merge("A", "B", "m1")
    bed.clock.advance(60)
    found, end = read_all(bed, 100)
    last = [each for each in found if each.golden_id == other][-1]
    assert (last.state, last.became, last.erased) == ("merged", one, False)
    erase(bed.hub, one, by="us_1", reason="asked")
    bed.clock.advance(60)
    later, _ = read_all(bed, 100, start=end)
    assert {(each.golden_id, each.state, each.erased) for each in later} >= {(one, "gone", True)}
    found, _ = read_all(bed, 100)
    assert all(each.fields == {} for each in found if each.golden_id in {one, other})
