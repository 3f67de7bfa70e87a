"""Which golden record a new record belongs to: the comparison model on the hub's own road."""

import pytest

from hub.conflicts.rules import Choice
from hub.matching import store as matching
from hub.matching.search import Search
from hub.projection.board import Board
from hub.resolutions.service import Resolution, resolve
from master_data.forms.goldens import golden_form
from master_data.index import store as index
from master_data.index.scorers import Scorers
from master_data.likeness.keys import CANDIDATES, STOP
from master_data.likeness.sentences import rebuild
from master_data.model import Golden, GoldenState

STREET = {"uses": ["billing"], "street": "Calle Mayor 12", "street2": None, "postal_code": "48001",
          "city": "Bilbao", "subdivision": None, "country": "ES"}  # fmt: skip
PHONE = {"kind": "phone", "value": "+34944123456", "purpose": "work", "preferred": True}
MAIL = {"kind": "email", "value": "info@talleresibarra.es", "purpose": "work", "preferred": False}


def tax(value):
    return {"country": "ES", "scheme": "vat", "value": value}


@pytest.fixture
def account(customer):
    """A customer in the ERP's words."""

    def made(**values):
        shape = customer(**values)
        for name in ("lifecycle", "owner", "consents", "erp_number"):
            del shape[name]
        return shape | {"number": None, "status": "active"}

    return made


@pytest.fixture
def both(bed, customer, account):
    """Put one record into each system before either hears of the other."""

    def put(ours, theirs):
        bed.crm.create("customers", customer(**ours))
        bed.erp.create("customers", account(**theirs))
        bed.run()
        return bed.goldens()

    return put


def decisions(bed):
    ids = [golden_id for golden_id, _ in bed.goldens()]
    return bed.hub.db.read(lambda c: matching.decisions_of(c, ids))


OURS = {"name": "Talleres Ibarra S.L.", "addresses": [STREET], "contact_points": [PHONE]}
THEIRS = {"name": "TALERES IBARRA SL", "contact_points": [PHONE, MAIL],
          "addresses": [STREET | {"street": "C/ Mayor, 12"}]}  # fmt: skip


def test_records_written_differently_are_one_golden_record(bed, both):
    assert [state for _, state in both(OURS, THEIRS)] == ["active"]
    assert bed.conflicts() == []
    assert len(bed.rows("crm")) == len(bed.rows("erp")) == 1


def test_a_link_is_logged_with_model_levels_and_keys(bed, both):
    ((golden_id, _),) = both(OURS, THEIRS)
    (told,) = decisions(bed)
    assert (told["golden_id"], told["other_id"], told["zone"]) == (golden_id, golden_id, "link")
    assert told["model"] == bed.hub.scorers.of("company").model.digest
    assert rebuild(told["evidence"]) == told["weight"]
    labels = {each["comparison"]: each["label"] for each in told["evidence"]["levels"]}
    assert labels["phone"] == "same telephone"
    assert "phone" in told["evidence"]["keys"]
    assert "944123456" not in str(told["evidence"]), "the log holds no values"


def test_different_tax_ids_keep_all_alike_apart(bed, both):
    ours, theirs = tax("B12345674"), tax("B87654323")
    found = both(OURS | {"tax_ids": [ours]}, THEIRS | {"tax_ids": [theirs]})
    assert [state for _, state in found] == ["active", "active"]
    assert bed.conflicts() == []


@pytest.fixture
def doubtful(bed, both):
    """Two records that may be the same: one name, but nothing else is known of one of them."""
    found = both({"name": "Talleres Ibarra"}, {"name": "Talleres Ibarra", "addresses": [STREET]})
    (conflict,) = bed.conflicts()
    return found, conflict


def test_what_may_be_the_same_waits_for_a_person_who_is_told_why(bed, doubtful):
    found, conflict = doubtful
    assert sorted(state for _, state in found) == ["active", "unconfirmed"]
    assert conflict.why.startswith("This may be the same company; a person should look.")
    assert "Same name: speaks strongly for it (+" in conflict.why
    (told,) = decisions(bed)
    assert told["zone"] == "review"


def test_told_apart_stays_apart_whatever_comes_later(bed, doubtful):
    _, conflict = doubtful
    answer = Resolution(choice=Choice.DIFFERENT, seen=conflict.version, by="us_1")
    resolve(bed.hub, conflict.id, answer)
    bed.run()
    (mine,) = [each for each in bed.crm.living("customers") if not each.values["addresses"]]
    bed.crm.edit("customers", mine.id, {"addresses": [STREET]})
    bed.run()
    assert [state for _, state in bed.goldens()] == ["active", "active"]
    assert bed.conflicts() == []


def test_a_changed_record_is_found_by_what_it_says_now(bed, customer, account):
    row = bed.crm.create("customers", customer(**OURS))
    bed.run()
    moved = {"street": "Gran Vía 3", "postal_code": "28013", "city": "Madrid"}
    bed.crm.edit("customers", row.id, {"name": "Fundición Norte", "contact_points": [],
                                       "addresses": [STREET | moved]})  # fmt: skip
    bed.run()
    forms = bed.hub.db.read(
        lambda c: c.exec_driver_sql("select form from match_form").scalars().all()
    )
    assert len(forms) == 1
    assert "fundicion norte" in forms[0]
    assert "944123456" not in forms[0]


def test_a_record_with_nothing_to_match_on_is_new_with_a_warning(bed, customer):
    bed.crm.create("customers", customer(name="…"))
    bed.run()
    assert [state for _, state in bed.goldens()] == ["active"]
    details = bed.hub.db.read(
        lambda c: c.exec_driver_sql("select detail from event order by id").scalars().all()
    )
    assert any("nothing to match on" in str(each) for each in details)


def test_a_key_of_too_many_is_a_stop_key_and_is_reported(bed, customer):
    for number in range(STOP + 2):
        bed.crm.create("customers", customer(name=f"{chr(97 + number % 26) * 4}{number} Bilbao"))
    bed.run()
    bed.crm.create("customers", customer(name="Bilbao"))
    bed.run()
    found = bed.hub.db.read(matching.stop_keys)
    assert ("company", "word") in {(each.entity, each.kind) for each in found}


def test_two_at_once_do_not_make_two_golden_records(bed):
    """What a search saw has moved once somebody else stored a record that is like it."""
    body = {"name": "Talleres Ibarra", "contact_points[el_1]": PHONE}
    search = Search(Scorers(), Board())
    search.ask(("crm", "customers", "1"), "customer", body)
    assert bed.hub.db.read(search.load) == set()
    assert not bed.hub.db.write(search.moved)
    other = golden_form("customer", {"name": "Talleres Zubieta", "contact_points[el_1]": MAIL})
    bed.hub.db.write(lambda c: index.add(c, [index.Entry("gr_8", *other)]))
    assert not bed.hub.db.write(search.moved), "it shares a key, and is somebody else"
    form = search.asked["crm", "customers", "1"].form
    bed.hub.db.write(lambda c: index.add(c, [index.Entry("gr_9", "company", form)]))
    assert bed.hub.db.write(search.moved)


def test_one_batch_with_the_same_record_twice_asks_a_person(bed, customer):
    for _ in range(2):
        bed.crm.create("customers", customer(**OURS))
    bed.run()
    assert sorted(state for _, state in bed.goldens()) == ["active", "unconfirmed"]
    assert len(bed.rows("erp")) == 1


def test_a_record_is_weighed_against_no_more_of_its_batch_than_of_the_stored_ones(bed):
    """Whether the others were decided a moment ago or last year makes no difference."""
    board, place = Board(), ("crm", "customers", "1")
    search = Search(Scorers(), board)
    search.ask(place, "customer", {"name": "Ibarra Bilbao", "contact_points[el_1]": PHONE})
    bed.hub.db.read(search.load)
    for number in range(STOP - 5):
        body = {"name": f"{chr(97 + number % 26) * 4}{number} Bilbao"}
        board.put_golden(_golden(f"gr_{number:02d}", body))
    board.put_golden(_golden("gr_99", {"name": "Ibarra Bilbao", "contact_points[el_1]": PHONE}))
    assert "gr_99" in {each.golden_id for each in search.matches(place)}
    assert len(search.asked[place].weighed) <= CANDIDATES


def test_what_the_batch_itself_put_does_not_make_it_decide_again(bed):
    board, place = Board(), ("crm", "customers", "1")
    search = Search(Scorers(), board)
    stored = [golden_form("customer", {"name": f"{chr(97 + n) * 4} Bilbao"}) for n in range(20)]
    entries = [index.Entry(f"gr_{n}", *each) for n, each in enumerate(stored)]
    bed.hub.db.write(lambda c: index.add(c, entries))
    search.ask(place, "customer", {"name": "Ibarra Bilbao"})
    bed.hub.db.read(search.load)
    for number in range(STOP - 5):
        board.put_golden(_golden(f"gr_p{number}", {"name": f"xyzw{number} Donostia"}))
    search.matches(place)
    assert not bed.hub.db.write(search.moved)


def _golden(golden_id, body):
    return Golden(id=golden_id, entity="customer", version=1, state=GoldenState.ACTIVE, body=body)
