"""The life of golden records over REST: merge, unmerge, split, pin, history, as it was."""

from dataclasses import replace

import pytest

from master_data import store
from master_data.model import Contribution
from portal import Role
from tests.hub.test_api import Site, site  # noqa: F401  the fixture
from tests.master_data.builders import make_crossref, make_golden


@pytest.fixture
def steward(site: Site):  # noqa: F811
    """A steward over two customers, gr_1 and gr_2, each with one record in the CRM."""
    now = site.hub.db.read(site.hub.db.now)
    goldens, crossrefs = [], []
    for number, name in ((1, "Ibarra"), (2, "Ibarra SL")):
        said = Contribution("crm", name, number * 10, number * 10 + 1, number * 10 + 1, "ev_1")
        body = {"name": name, "kind": "organisation"}
        goldens.append(
            replace(make_golden(body), id=f"gr_{number}", provenance=dict.fromkeys(body, 1))
        )
        crossrefs.append(
            make_crossref(
                "crm",
                {"name": name},
                {"name": said, "kind": said._replace(value="organisation")},
                id=f"xr_{number}",
                golden_id=f"gr_{number}",
                external_id=f"cu_{number}",
            )
        )

    def seed(connection):
        store.insert_goldens(connection, goldens, now)
        store.insert_crossrefs(connection, crossrefs, now)

    site.hub.db.write(seed)
    return site.as_(Role.STEWARD)


def test_a_merge_is_previewed_done_listed_and_taken_back(steward):
    wish = {"other": "gr_2", "reason": "one tax id"}
    shown = steward.post("/golden/customers/gr_1/merge", params={"preview": "true"}, json=wish)
    (record,) = shown.json()["records"]
    assert [(c["path"], c["new"], c["old"]) for c in record["changes"]] == [
        ("name", "Ibarra SL", "Ibarra")
    ]
    assert steward.get("/golden/customers/gr_2").json()["id"] == "gr_2"
    done = steward.post("/golden/customers/gr_1/merge", json=wish).json()
    assert (done["records"], done["merged_away"]) == (["gr_1"], ["gr_2"])
    found = steward.get("/golden/customers/gr_2").json()
    assert (found["id"], found["fields"]["name"]) == ("gr_1", "Ibarra SL")
    assert {each["id"]: each["is_primary"] for each in found["crossrefs"]} == {
        "xr_1": True,
        "xr_2": False,
    }
    (decision,) = steward.get("/golden/customers/gr_1/decisions").json()["items"]
    assert (decision["kind"], decision["why"]) == ("same", "one tax id")
    back = {"decision": decision["id"]}
    assert steward.post("/golden/customers/gr_1/unmerge", json=back).status_code == 200
    assert steward.get("/golden/customers/gr_2").json()["fields"]["name"] == "Ibarra SL"
    assert steward.get("/golden/customers/gr_1").json()["fields"]["name"] == "Ibarra"
    again = steward.post("/golden/customers/gr_1/merge", json=wish)
    assert again.status_code == 409
    assert "said that they are different" in again.json()["detail"]
    gone = steward.post("/golden/customers/gr_1/unmerge", json=back)
    assert gone.status_code == 404


def test_a_pin_is_set_told_and_lifted(steward):
    place = "/golden/customers/gr_1"
    pin = {"field": "name", "value": "IBARRA", "reason": "the brass plate"}
    assert steward.post(f"{place}/pin", json=pin).json()["value"] == "IBARRA"
    explained = steward.get(f"{place}/explanation").json()["fields"]
    (name,) = [each for each in explained if each["path"] == "name"]
    assert (name["rule"], name["why"]) == ("pin", "the brass plate")
    lifted = steward.post(f"{place}/unpin", json={"field": "name"}).json()
    assert lifted["value"] == "Ibarra"
    history = steward.get(f"{place}/history").json()["items"]
    assert [each["changes"][0]["new"] for each in history] == ["Ibarra", "IBARRA"]
    past = steward.get(f"{place}/as-of", params={"version": 2}).json()
    assert past["fields"]["name"] == "IBARRA"


@pytest.mark.parametrize(
    ("action", "wish", "status"),
    [
        ("merge", {"other": "gr_1"}, 422),
        ("merge", {"other": "gr_9"}, 404),
        ("merge", {}, 422),
        ("unmerge", {"decision": "ed_9"}, 404),
        ("split", {"crossrefs": ["xr_1"]}, 422),
        ("split", {"crossrefs": []}, 422),
        ("pin", {"field": "name", "value": "X", "reason": ""}, 422),
        ("pin", {"field": "name", "value": "X", "reason": "y", "until": "2020-01-01T00:00"}, 422),
        ("unpin", {"field": "name"}, 422),
    ],
)
def test_what_cannot_be_is_refused(steward, action, wish, status):
    answer = steward.post(f"/golden/customers/gr_1/{action}", json=wish)
    assert answer.status_code == status, answer.text


def test_only_who_may_write_golden_records_shapes_them(steward, site):  # noqa: F811
    for action in ("merge", "unmerge", "split", "pin", "unpin"):
        refused = site.as_(Role.SALES).post(f"/golden/customers/gr_1/{action}", json={})
        assert refused.status_code == 403
    assert site.viewer.get("/golden/customers/gr_1/history").status_code == 200
    assert site.viewer.get("/golden/products/gr_1/history").status_code == 404


def test_a_person_is_exported_and_erased(steward, site):  # noqa: F811
    told = steward.get("/golden/customers/gr_1/export").json()
    assert [row["external_id"] for row in told["crossref"]] == ["cu_1"]
    assert told["golden"][0]["body"]["name"] == "Ibarra"
    assert site.viewer.get("/golden/customers/gr_1/export").status_code == 403
    assert steward.post("/golden/customers/gr_1/erase", json={}).status_code == 422
    done = steward.post("/golden/customers/gr_1/erase", json={"reason": "asked on paper"})
    assert (done.json()["deletes"], done.json()["by_hand"]) == ([], ["crm"])
    found = steward.get("/golden/customers/gr_1").json()
    assert (found["state"], found["fields"], found["crossrefs"]) == ("gone", {}, [])
    assert steward.get("/golden/customers/gr_2").json()["fields"]["name"] == "Ibarra SL"
