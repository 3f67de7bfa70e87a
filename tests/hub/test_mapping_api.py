"""Versions of mappings over HTTP."""

import pytest

from hub.publishing.checking import try_laws_due
from hub.remapping.service import remap_due
from portal import Role
from tests.hub.test_api import site  # noqa: F401 - the fixture

PATH = "/mappings/crm/categories"


@pytest.fixture
def mapped(site):  # noqa: F811
    """A site with a CRM; its mapping of categories is what is changed."""
    site.add()
    return site


def text_of(site):  # noqa: F811
    return site.viewer.get(PATH).json()["text"]


def save(site, text, **headers):  # noqa: F811
    return site.integrator.put(f"{PATH}/draft", json={"text": text, "note": "x"}, headers=headers)


def test_the_shipped_mapping_is_version_one(mapped):
    (only,) = mapped.viewer.get(f"{PATH}/versions").json()["items"]
    assert (only["number"], only["state"], only["laws"]) == (1, "active", None)
    assert len(only["digest"]) == 64
    assert mapped.viewer.get(f"{PATH}/versions/1").json()["text"] == text_of(mapped)
    assert mapped.viewer.get(f"{PATH}/versions/2").status_code == 404
    assert mapped.viewer.get(f"{PATH}/draft").status_code == 404


def test_a_draft_is_saved_tried_published_and_rolled_back(mapped):
    text = text_of(mapped).replace("text: [nfc, trim]", "text: [trim, nfc]")
    saved = save(mapped, text)
    assert saved.status_code == 200
    draft = saved.json()["draft"]
    assert (draft["number"], draft["laws"]) == (2, "due")
    assert saved.headers["etag"] == f'"{draft["revision"]}"'
    early = mapped.integrator.post(f"{PATH}/publish", json={"seen": draft["revision"]})
    assert early.status_code == 409
    assert "not tried yet" in early.json()["detail"]
    while try_laws_due(mapped.hub):
        pass
    told = mapped.viewer.get(f"{PATH}/draft").json()
    assert told["laws"] == "green"
    published = mapped.integrator.post(f"{PATH}/publish", json={"seen": told["revision"]})
    assert published.status_code == 200, published.text
    assert mapped.viewer.get(PATH).json()["version"] == 2
    assert mapped.viewer.get(f"{PATH}/diff", params={"before": 1, "after": 2}).json()["items"]
    assert remap_due(mapped.hub)
    back = mapped.integrator.post(f"{PATH}/rollback", json={"seen": 2})
    assert (back.status_code, back.json()["number"]) == (200, 1)
    versions = mapped.viewer.get(f"{PATH}/versions").json()["items"]
    states = {v["number"]: v["state"] for v in versions}
    keys = mapped.hub.portal.names()
    assert [v["author_name"] for v in versions] == [keys[versions[0]["author"]], ""]
    assert published.json()["author_name"] == versions[0]["author_name"] != ""
    assert states == {1: "active", 2: "withdrawn"}
    assert mapped.integrator.post(f"{PATH}/rollback", json={"seen": 2}).status_code == 409


def test_a_draft_that_changed_meanwhile_is_not_overwritten(mapped):
    first = save(mapped, text_of(mapped)).headers["etag"]
    second = save(mapped, text_of(mapped) + "# one\n", **{"If-Match": first})
    assert second.status_code == 200
    assert save(mapped, text_of(mapped) + "# two\n", **{"If-Match": first}).status_code == 409
    old = mapped.integrator.delete(f"{PATH}/draft", headers={"If-Match": first})
    assert old.status_code == 409
    assert mapped.integrator.delete(f"{PATH}/draft").status_code == 204


def test_a_faulty_text_is_answered_with_line_and_column(mapped):
    text = text_of(mapped).replace("golden: code", "golden: cod")
    told = mapped.integrator.post(f"{PATH}/check", json={"text": text}).json()
    remark = next(each for each in told["remarks"] if each["path"] == "cod")
    assert (told["sound"], remark["line"]) == (False, 7)
    assert "did you mean 'code'" in remark["message"]
    kept = save(mapped, text)
    assert (kept.status_code, kept.json()["check"]["sound"]) == (200, False)
    refused = mapped.integrator.post(f"{PATH}/preview", json={"text": text})
    assert (refused.status_code, "did you mean" in refused.json()["detail"]) == (409, True)
    for strange in ("[1", "", "{a: &x 1}", "\x00"):
        answer = mapped.integrator.post(f"{PATH}/check", json={"text": strange})
        assert (answer.status_code, answer.json()["sound"]) == (200, False), strange


def test_a_preview_of_nothing_is_nothing(mapped):
    told = mapped.integrator.post(f"{PATH}/preview", json={"version": 1}).json()
    assert (told["counts"]["looked_at"], told["writes"], told["records"]) == (0, {}, [])


def test_laws_are_tried_on_request(mapped):
    text = text_of(mapped).replace(
        "{app: name, golden: name, text: [nfc, trim]}",
        "{app: name, golden: name, text: [nfc, upper]}",
    )
    told = mapped.integrator.post(f"{PATH}/check", json={"text": text, "laws": True}).json()
    assert (told["sound"], told["laws"]) == (True, "broken")
    assert "name" in told["law_broken"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STEWARD, Role.SALES])
def test_only_integrators_change_mappings(mapped, role):
    client = mapped.as_(role)
    assert client.get(f"{PATH}/versions").status_code == 200
    assert client.put(f"{PATH}/draft", json={"text": "x"}).status_code == 403
    for action in ("check", "preview", "publish", "rollback", "value-maps/x/rows"):
        assert client.post(f"{PATH}/{action}", json={}).status_code == 403, action


def test_an_unknown_value_map_is_named(mapped):
    answer = mapped.integrator.post(
        f"{PATH}/value-maps/sizes/rows", json={"app": "S", "golden": "small"}
    )
    assert answer.status_code == 422
    assert "there is no value map 'sizes'" in answer.json()["detail"]
    assert mapped.viewer.get(f"{PATH}/held").json()["items"] == []
