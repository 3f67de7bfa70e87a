"""The strict reader and the exact writer."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground import strict_json
from ground.strict_json import Reason, StrictJsonError, TooLarge

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b"{} {}", Reason.NOT_JSON),
        (b"{'a': 1}", Reason.NOT_JSON),
        (b"[1,]", Reason.NOT_JSON),
        (b"01", Reason.NOT_JSON),
        (b'"\n"', Reason.NOT_JSON),
        (b'"\0"', Reason.NOT_JSON),
        (b"\xef\xbb\xbf{}", Reason.NOT_JSON),
        (b"\xff\xfe{\0}\0", Reason.NOT_UTF8),
        (b'"\xed\xa0\x80"', Reason.NOT_UTF8),
        (b'{"a": NaN}', Reason.BAD_NUMBER),
        (b"-Infinity", Reason.BAD_NUMBER),
        (b"1e999", Reason.BAD_NUMBER),
        (b"1e-999", Reason.BAD_NUMBER),
        (b"0e99999999999999999999", Reason.BAD_NUMBER),
        (b"9" * 1001, Reason.BAD_NUMBER),
        (b"0." + b"1" * 1001, Reason.BAD_NUMBER),
        (b'{"a": 1, "b": 2, "a": 1}', Reason.DUPLICATE_KEY),
        (b'[{"x": {"a": 1, "\\u0061": 2}}]', Reason.DUPLICATE_KEY),
        (b'"\\u0000"', Reason.NUL),
        (b'{"\\u0000": 1}', Reason.NUL),
        (b'["\\ud800"]', Reason.LONE_SURROGATE),
        (b'{"a": "\\uDFFF x"}', Reason.LONE_SURROGATE),
        (b'{"\\udc00": 1}', Reason.LONE_SURROGATE),
        (b"[" * 65 + b"]" * 65, Reason.TOO_DEEP),
        (b'{"a":' * 65 + b"1" + b"}" * 65, Reason.TOO_DEEP),
        (b"[" * 100_000, Reason.TOO_DEEP),
        (b"[" + b"0," * 200_000 + b"0]", Reason.TOO_MANY_NODES),
    ],
)
def test_a_document_that_two_readers_could_read_differently_is_refused(body, reason):
    with pytest.raises(StrictJsonError) as caught:
        strict_json.loads(body)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
        (b'"' + b"[" * 500 + b'"', "[" * 500),
        (b'"\\\\u0000 \\ud83d\\ude00"', "\\u0000 \U0001f600"),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"9223372036854775808", Decimal(2**63)),
        (b"90071992547409.93", Decimal("90071992547409.93")),
        (b"1.0", Decimal("1.0")),
        (b"1e308", Decimal("1e308")),
        (b' {"": [null, true]}\n', {"": [None, True]}),
    ],
)
def test_what_is_strict_is_read_exactly(body, document):
    read = strict_json.loads(body)
    assert read == document
    assert type(read) is type(document)


def test_a_body_beyond_the_limit_is_not_even_decoded():
    with pytest.raises(TooLarge):
        strict_json.loads(b"\xff" * 11, max_bytes=10)


def test_the_error_does_not_repeat_the_document():
    with pytest.raises(StrictJsonError) as caught:
        strict_json.loads(b'{"password": "hunter2"')
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__cause__ is None


@settings(max_examples=50)
@given(DOCUMENTS)
def test_it_reads_what_the_standard_library_reads(document):
    body = json.dumps(document).encode()
    try:
        read = strict_json.loads(body)
    except StrictJsonError as error:
        assert error.reason is Reason.NUL  # noqa: PT017
    else:
        assert read == json.loads(body)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_reason(body):
    try:
        strict_json.loads(body)
    except StrictJsonError as error:
        assert isinstance(error.reason, Reason)  # noqa: PT017


@given(NUMBERS)
def test_a_decimal_is_written_as_a_plain_string_and_loses_nothing(number):
    text = json.loads(strict_json.dumps(number))
    assert "e" not in text.lower()
    assert Decimal(text) == number


def test_instants_are_written_in_utc_and_dates_as_dates():
    later = datetime(2026, 1, 5, 2, tzinfo=timezone(timedelta(hours=7)))
    document = {"at": later, "exact": later.replace(microsecond=5), "due": date(2026, 1, 5)}
    assert json.loads(strict_json.dumps(document)) == {
        "at": "2026-01-04T19:00:00Z",
        "exact": "2026-01-04T19:00:00.000005Z",
        "due": "2026-01-05",
    }


@pytest.mark.parametrize(
    "value", [datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), Decimal("NaN"), {1, 2}]
)
def test_what_has_no_one_meaning_is_not_written(value):
    with pytest.raises((TypeError, ValueError)):
        strict_json.dumps([value])


def test_the_canonical_form_does_not_depend_on_the_order_of_keys():
    assert strict_json.canonical({"b": 1, "a": {"d": 1, "c": UTC.utcoffset(None) is None}}) == (
        strict_json.canonical({"a": {"c": False, "d": 1}, "b": 1})
    )
