"""The contract tests about notices and managed fields; part of `suite`."""

# ruff: noqa: D400 - the docstrings are questions
import pytest

from connectors.contract import BrokenItem, Change, ChangeKind, ManagedField, Write, Written
from connectors.declarative.signature import TOLERANCE, sign_standard
from connectors.errors import BadSignature, NotUnderstood, SignatureFault
from connectors.kit.harness import Harness, need, write_now
from connectors.kit.memory import EditRefused

__all__ = ["NoticeContract"]

_SECRET = "whsec_c2VjcmV0LW9mLXRoZS1jb250cmFjdC10ZXN0cw=="  # noqa: S105 - of this suite only
_OTHER = "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXN1aXRl"


class NoticeContract:
    """The standard tests about what a system tells by itself and whom it lets write."""

    def test_a_good_signature_gives_the_notice_id(self, harness: Harness) -> None:
        """Red: is the scheme right, are the raw bytes signed, may a new secret stand second?"""
        need(harness, notices=True)
        headers = _signed(harness, b"{}", _SECRET)
        now = harness.clock.now()
        secrets = [_OTHER, _SECRET]
        assert harness.connector.verify(headers, b"{}", secrets, now) == "no_1"

    def test_one_good_signature_of_two_is_enough(self, harness: Harness) -> None:
        """Red: are signatures apart by spaces all tried (a secret is being changed)?"""
        need(harness, notices=True)
        headers = _signed(harness, b"{}", _OTHER)
        good = _signed(harness, b"{}", _SECRET)["webhook-signature"]
        headers["webhook-signature"] += " " + good
        assert harness.connector.verify(headers, b"{}", [_SECRET], harness.clock.now()) == "no_1"

    def test_a_wrong_old_or_missing_signature_is_refused(self, harness: Harness) -> None:
        """Red: is the body compared byte for byte, the age checked, a missing header an error?"""
        need(harness, notices=True)
        headers = _signed(harness, b"{}", _SECRET)
        now = harness.clock.now()
        bare = {name: text for name, text in headers.items() if name != "webhook-signature"}
        cases = [
            (headers, b"{ }", now, SignatureFault.WRONG),
            (_signed(harness, b"{}", _OTHER), b"{}", now, SignatureFault.WRONG),
            (headers, b"{}", now + 2 * TOLERANCE, SignatureFault.OLD),
            (headers, b"{}", now - 2 * TOLERANCE, SignatureFault.FUTURE),
            (headers | {"webhook-timestamp": "now"}, b"{}", now, SignatureFault.MALFORMED),
            (bare, b"{}", now, SignatureFault.MISSING),
        ]
        for offered, body, at, fault in cases:
            with pytest.raises(BadSignature) as caught:
                harness.connector.verify(offered, body, [_SECRET], at)
            assert caught.value.fault is fault

    def test_a_notice_says_what_changed(self, harness: Harness) -> None:
        """Red: do the paths of `notices` fit what the system sends?"""
        need(harness, notices=True)
        first, second = harness.create(harness.values(1)), harness.create(harness.values(2))
        harness.remove(second)
        changes = harness.connector.parse_notice(harness.notice([first, second]))
        assert [type(one) for one in changes] == [Change, Change]
        told = {one.external_id: one.kind for one in changes if isinstance(one, Change)}
        assert told == {first: ChangeKind.CHANGED, second: ChangeKind.DELETED}

    def test_a_broken_item_of_a_notice_stops_no_other(self, harness: Harness) -> None:
        """Red: is each item parsed by itself?"""
        need(harness, notices=True)
        own_id = harness.create(harness.values(1))
        document = harness.notice([own_id])
        changes = document["changes"]
        assert isinstance(changes, list)
        document["changes"] = [*changes, {}, "what", {"object": "strange"}]
        parsed = harness.connector.parse_notice(document)
        assert [type(one) for one in parsed] == [Change, BrokenItem, BrokenItem, BrokenItem]
        with pytest.raises(NotUnderstood):
            harness.connector.parse_notice({"type": "greeting"})

    def test_a_managed_field_is_refused_to_others(self, harness: Harness) -> None:
        """Red: does the system check the list on every way in, and let the hub write?"""
        need(harness, managed_fields=True)
        own_id = harness.create(harness.values(1))
        kept = ManagedField(harness.title, "The ERP", "Change it in the ERP.")
        harness.connector.keep_fields(harness.object_type, [kept])
        with pytest.raises(EditRefused) as caught:
            harness.edit(own_id, {harness.title: "By a person"})
        assert caught.value.fields == {harness.title: "Change it in the ERP."}
        (result,) = write_now(harness, Write("key-1", own_id, {harness.title: "By hub"}, None))
        assert isinstance(result, Written)
        harness.connector.keep_fields(harness.object_type, [])
        harness.edit(own_id, {harness.title: "Free again"})

    def test_a_subscription_answers_with_a_secret(self, harness: Harness) -> None:
        """Red: check `subscribe.path`, its body, and the path of the secret."""
        need(harness, notices=True)
        secret = harness.connector.subscribe("http://127.0.0.1:9/notices")
        assert secret.startswith("whsec_")


def _signed(harness: Harness, body: bytes, secret: str) -> dict[str, str]:
    stamp = int(harness.clock.now().timestamp())
    return {
        "webhook-id": "no_1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign_standard(secret, "no_1", stamp, body),
    }
