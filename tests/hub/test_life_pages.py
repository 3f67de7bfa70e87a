"""Pages on which a steward shapes golden records, settles with two keys, and takes it back."""

import re
from dataclasses import replace

import pytest

from hub.conflicts import store as conflicts
from hub.conflicts.model import NewConflict, OpenConflict, Rival
from hub.lists.rules import write_cursor
from hub.matching import store as matching
from hub.matching.model import NewDecision
from hub.quality.service import assess_records
from master_data.forms.goldens import golden_form
from master_data.index import store as index
from master_data.store import goldens_by_id, update_goldens
from portal import Role
from tests.hub.test_api import site  # noqa: F401  the fixture
from tests.hub.test_clusters_api import steward  # noqa: F401  the fixture

RECORD = "/hub/records/customers/gr_1"


@pytest.fixture
def pages(site, steward):  # noqa: F811
    """`pages(path)` reads a page as a steward; with fields it posts a form."""

    def ask(page, /, **fields):
        url = f"http://127.0.0.1:{site.port}{page}"
        client = site.as_(Role.STEWARD)
        return client.post(url, data=fields) if fields else client.get(url)

    return ask


def a_duplicate(site):  # noqa: F811
    told = OpenConflict(
        kind="possible_duplicate",
        entity="customer",
        golden_id="gr_2",
        subject="gr_1",
        connection="crm",
        rule="match",
        why="the same tax id",
        rivals=(Rival("tax:1", "gr_1", 0),),
    )
    new = [NewConflict("cf_1", told, None)]
    site.hub.db.write(lambda c: conflicts.open_many(c, new, site.hub.db.now(c)))


def test_a_duplicate_shows_what_merging_would_do_and_is_settled_and_taken_back(
    site,  # noqa: F811
    pages,
):
    a_duplicate(site)
    shown = pages("/hub/conflicts/cf_1").text
    assert "What merging would do" in shown
    assert re.findall(r'data-key="([12])"', shown) == ["1", "2"]
    done = pages("/hub/conflicts/cf_1", choice="same", seen="1")
    assert (done.status_code, done.headers["location"]) == (303, "/hub/conflicts?last=cf_1")
    assert "Take it back" in pages("/hub/conflicts?last=cf_1").text
    assert pages("/hub/conflicts/cf_1/undo", csrf="").status_code == 303
    again = site.hub.db.read(lambda c: conflicts.conflict_by_id(c, "cf_1"))
    assert again.closed_at is None
    assert site.viewer.get("/golden/customers/gr_2").json()["id"] == "gr_2"


def test_a_merge_is_shown_first_then_done_then_taken_back(site, pages):  # noqa: F811
    shown = pages(f"{RECORD}/merge?target=gr_2")
    assert shown.status_code == 200
    assert "Ibarra SL" in shown.text
    assert site.viewer.get("/golden/customers/gr_2").json()["id"] == "gr_2"
    assert pages(f"{RECORD}/merge", target="gr_2", reason="one tax id").status_code == 303
    page = pages(RECORD).text
    (decision,) = re.findall(r"unmerge\?target=(ed_\w+)", page)
    assert "one tax id" in page
    assert pages(f"{RECORD}/unmerge?target={decision}").status_code == 200
    assert pages(f"{RECORD}/unmerge", target=decision).status_code == 303
    refused = pages(f"{RECORD}/merge?target=gr_2")
    assert refused.status_code == 409
    assert "Show it anyway" in refused.text
    assert pages(f"{RECORD}/past?version=2").text.count("Ibarra SL") >= 1
    assert pages(f"{RECORD}/split?target=xr_1").status_code == 409
    assert pages(f"{RECORD}/merge?target=gr_9").status_code == 409


def test_a_value_is_pinned_and_lifted(site, pages):  # noqa: F811
    form = {"path": "name", "value": "IBARRA", "reason": "the plate", "until": "2090-01-01"}
    assert pages(f"{RECORD}/pin", **form).status_code == 303
    assert site.viewer.get("/golden/customers/gr_1").json()["fields"]["name"] == "IBARRA"
    assert "the plate" in pages(RECORD).text
    pages(f"{RECORD}/pin", path="name", value="X", reason="")
    assert site.viewer.get("/golden/customers/gr_1").json()["fields"]["name"] == "IBARRA"
    assert pages(f"{RECORD}/unpin", path="name").status_code == 303
    assert site.viewer.get("/golden/customers/gr_1").json()["fields"]["name"] == "Ibarra"


def test_a_company_is_put_below_another_on_its_page(site, pages):  # noqa: F811
    assert 'value="parent"' in pages(RECORD).text
    form = {"path": "parent", "value": "gr_2", "reason": "their report"}
    assert pages(f"{RECORD}/pin", **form).status_code == 303
    found = site.viewer.get("/golden/customers/gr_1/hierarchy").json()
    assert [each["title"] for each in found["above"]] == ["Ibarra SL"]
    assert re.search(
        r'Where it belongs.*href="/hub/records/customers/gr_2"', pages(RECORD).text, re.DOTALL
    )
    below = site.viewer.get("/golden/customers/gr_2/hierarchy").json()
    assert [each["id"] for each in below["below"]] == ["gr_1"]
    assert site.viewer.get("/golden/products/gr_1/hierarchy").status_code == 404


def test_the_page_of_quality_leads_to_what_there_is_to_mend(site, pages):  # noqa: F811
    assert "No scores yet" in pages("/hub/quality").text
    assess_records(site.hub, ["gr_1", "gr_2"])
    shown = pages("/hub/quality").text
    (link,) = set(re.findall(r'/hub/quality/customers\?[^"]+missing[^"]+path\]=tax_ids', shown))
    listed = pages(link.replace("&amp;", "&")).text
    assert "Ibarra" in listed
    assert "Tax ids: missing" in listed
    assert pages("/hub/quality/products").status_code == 200
    (summary,) = site.viewer.get("/quality").json()["items"]
    assert summary["entity"] == "customer"
    got = site.viewer.get("/quality/customers/records?limit=1").json()
    rest = site.viewer.get(f"/quality/customers/records?after={got['next']}").json()
    assert len(got["items"]) + len(rest["items"]) == summary["records"]
    bad = write_cursor(["x", "gr_1"])
    assert site.viewer.get(f"/quality/customers/records?after={bad}").status_code == 400
    one = site.viewer.get("/golden/customers/gr_1/quality").json()
    assert one["parts"].keys() == {"complete", "valid", "agreed", "fresh"}
    assert site.viewer.get("/golden/products/gr_1/quality").status_code == 404
    assert site.viewer.get("/quality/customers/trend").json()["items"] == []


def test_a_person_is_shown_what_is_kept_then_taken_along_then_erased(site, pages):  # noqa: F811
    page = f"{RECORD}/privacy"
    assert page in pages(RECORD).text
    shown = pages(page).text
    assert "delete it by hand" in shown
    told = pages(f"{page}/export.json")
    assert told.headers["content-disposition"].startswith("attachment")
    assert told.json()["golden"][0]["body"]["name"] == "Ibarra"
    assert pages(page, reason=" ").text.count("Say why") == 1
    done = pages(page, reason="asked on paper")
    assert (done.status_code, done.headers["location"]) == (303, "/hub/records/customers")
    assert "Ibarra SL" in pages("/hub/records/customers").text
    assert ">Ibarra<" not in pages("/hub/records/customers").text
    assert pages("/hub/records/customers/gr_9/privacy").status_code == 404
    port = f"http://127.0.0.1:{site.port}{page}"
    assert site.as_(Role.SALES).get(port).status_code == 403


def test_possible_duplicates_are_ticked_and_answered_together(site, pages):  # noqa: F811
    a_duplicate(site)
    page = "/hub/conflicts?filter[kind]=possible_duplicate"
    assert 'name="ids"' not in pages("/hub/conflicts").text
    shown = pages(page).text
    assert re.findall(r'name="ids" value="(\w+)" form="review"', shown) == ["cf_1"]
    assert re.findall(r'name="seen" value="([^"]+)"', shown) == ["cf_1:1"]
    stale = {"ids": ["cf_1", "cf_9"], "seen": ["cf_1:7"], "choice": "different"}
    assert pages("/hub/review", **stale).status_code == 303
    assert 'name="ids"' in pages(page).text
    answer = {"ids": ["cf_1"], "seen": ["cf_1:1"], "choice": "different"}
    settled = pages("/hub/review", **answer).headers["location"]
    assert settled.startswith(f"{page}&reviewed=rv_")
    (undo,) = re.findall(r'action="(/hub/review/rv_\w+/undo)"', pages(settled).text)
    assert 'name="ids"' not in pages(page).text
    assert pages(undo, csrf="").status_code == 303
    assert 'name="ids"' in pages(page).text
    assert "Take all back" not in pages(settled).text
    assert pages(undo, csrf="").status_code == 303
    assert pages("/hub/review", **answer | {"seen": ["cf_1:2"]}).status_code == 303
    wish = {"conflicts": [{"id": "cf_1", "seen": 1}, {"id": "cf_9", "seen": 1}], "choice": "same"}
    address = f"http://127.0.0.1:{site.port}/hub/api/v1/conflicts/review"
    first, second = site.as_(Role.STEWARD).post(address, json=wish).json()["items"]
    assert "cf_1" in first["problem"]
    assert "cf_9" in second["problem"]
    assert site.viewer.post(address, json=wish).status_code == 403


def test_the_page_says_how_a_record_was_matched(site, pages):  # noqa: F811
    decision = NewDecision(
        id="md_1",
        golden_id="gr_2",
        other_id="gr_1",
        crossref_id="xr_2",
        connection="crm",
        entity="customer",
        zone="review",
        weight=1.5,
        model="m1",
        statistics="",
        evidence={
            "weight": 1.5,
            "zone": "review",
            "prior": -12.0,
            "levels": [{"comparison": "name", "level": 0, "label": "same name", "bits": 13.5}],
            "cuts": [],
            "vetoes": [],
            "keys": ["name", "phone"],
        },
    )
    site.hub.db.write(lambda c: matching.log(c, [decision], site.hub.db.now(c)))
    for page in (RECORD, RECORD.replace("gr_1", "gr_2")):
        shown = pages(page).text
        assert "Same name: speaks strongly for it (+13.5)." in shown
        assert "found by name, phone" in shown
    (match,) = site.viewer.get("/golden/customers/gr_1/explanation").json()["matches"]
    assert match["rebuilt"] == match["weight"] == 1.5
    assert (match["came"], match["golden"], match["other"]) == ("review", "Ibarra SL", "Ibarra")


def test_thresholds_are_shown_with_what_speaks_for_them(pages):
    shown = pages("/hub/matching").text
    assert "Too little speaks for linking below" in shown
    assert "/hub/matching/company/publish" not in shown
    refused = pages("/hub/matching/company/publish", seen="0")
    assert (refused.status_code, refused.headers["location"]) == (303, "/hub/matching")
    assert "Nothing was changed" in pages("/hub/matching").text
    assert pages("/hub/matching/company/shipped", seen="0").status_code == 303


def test_the_other_record_of_a_merge_is_found_by_name_number_or_id(site, pages):  # noqa: F811
    known = site.hub.db.read(lambda c: goldens_by_id(c, ["gr_2"]))["gr_2"]
    tax = {"country": "ES", "scheme": "vat", "value": "A58818501"}
    body = known.body | {"tax_ids[el_1]": tax}
    kind, form = golden_form("customer", body)
    site.hub.db.write(
        lambda c: update_goldens(
            c, [(replace(known, body=body), known.version)], site.hub.db.now(c)
        )
    )
    site.hub.db.write(lambda c: index.put(c, [index.Entry("gr_2", kind, form)]))
    link = f"{RECORD}/merge?target=gr_2"
    for text in ("ibarra sl", "A58818501", "es-a58818501", "gr_2"):
        shown = pages(f"{RECORD}/merge?q={text}").text
        assert link in shown, text
        assert "A58818501" in shown
        assert f"{RECORD}/merge?target=gr_1" not in shown
    assert "Nothing matches" in pages(f"{RECORD}/merge?q=B00000000").text
    assert "Name, tax id, e-mail" in pages(RECORD).text


def test_a_record_is_shown_as_it_was_at_a_time(pages):
    assert "as it was at version 1" in pages(f"{RECORD}/past?at=2999-01-01T00:00").text
    early = pages(f"{RECORD}/past?at=2001-01-01T00:00").text
    assert "It was not known yet then" in early
    assert "Give a day and a time" in pages(f"{RECORD}/past?at=yesterday").text
    assert "Later" not in early


def test_erasing_names_systems_as_people_do(site, pages):  # noqa: F811
    site.add()
    assert "The CRM: " in pages(f"{RECORD}/privacy").text
