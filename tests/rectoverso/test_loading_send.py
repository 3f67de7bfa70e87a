import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ground.door import SafeHttp
from rectoverso.errors import NotReachable
from rectoverso.loading.model import Prepared, Row, Table
from rectoverso.loading.send import Sender
from rectoverso.rest import Refused, Rest


class App:
    """A built-in app's REST API, as far as loading uses it; it can be made to fail."""

    def __init__(self):
        self.records = {}
        self.writes = 0
        self.refuse = {}
        self.failures = []

    def __call__(self, request):
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            if failure != "after":
                return httpx.Response(failure, json={"title": "no"})
            self._answer(request)
            raise httpx.ReadError("the answer was lost")
        return self._answer(request)

    def _answer(self, request):
        path = urlsplit(str(request.url)).path
        collection = self.records.setdefault(path.removesuffix("/bulk"), {})
        if request.method == "POST":
            items = json.loads(request.content)["items"]
            assert 0 < len(items) <= 100
            return httpx.Response(200, json={"results": [self._put(collection, i) for i in items]})
        query = parse_qs(urlsplit(str(request.url)).query)
        wanted = query.get("filter[external_ref][in]", [None])[0]
        found = [
            record
            for ref, record in collection.items()
            if wanted is None or ref in wanted.split(",")
        ]
        return httpx.Response(200, json={"items": found, "next": None})

    def _put(self, collection, item):
        ref, values = item["external_ref"], item["values"]
        if reason := self.refuse.get(values.get("name")):
            problem = {"title": "Unprocessable", "errors": [{"field": "name", "reason": reason}]}
            return {"status": 422, "problem": problem}
        if ref not in collection:
            self.writes += 1
        record = collection.setdefault(ref, {"id": f"id-{ref}", "external_ref": ref, **values})
        return {"status": 201, "id": record["id"], "problem": None}


@pytest.fixture
def app():
    return App()


@pytest.fixture
def rest(app, clock):
    http = SafeHttp(clock=clock, transport=httpx.MockTransport(app))
    return Rest(http, clock, "http://example.com", "key", patience=60.0)


@pytest.fixture
def table():
    return Table("0123456789abcdef", ("name",), [Row(n, (f"C{n}",)) for n in range(2, 252)])


@pytest.fixture
def rows(table):
    return [Prepared(row, {"name": row.cells[0]}) for row in table.rows]


def test_rows_are_written_in_chunks_under_file_and_line(app, rest, table, rows):
    sent = Sender(rest, table, "/erp/api/v1/customers").send(rows)

    assert (sent.written, sent.already, sent.refused) == (250, 0, [])
    assert "load:0123456789abcdef:251" in app.records["/erp/api/v1/customers"]


def test_a_second_run_writes_nothing_even_after_edits(app, rest, table, rows):
    sender = Sender(rest, table, "/erp/api/v1/customers")
    sender.send(rows)
    app.records["/erp/api/v1/customers"]["load:0123456789abcdef:2"]["name"] = "Edited"

    sent = sender.send(rows)

    assert (sent.written, sent.already, app.writes) == (0, 250, 250)
    assert app.records["/erp/api/v1/customers"]["load:0123456789abcdef:2"]["name"] == "Edited"


@pytest.mark.parametrize(
    "failures",
    [
        [httpx.ConnectError("down"), httpx.ConnectError("down")],
        [503, 429],
        ["after", "after"],
        [httpx.ReadError("lost")],
    ],
)
def test_an_outage_is_waited_out_and_nothing_is_doubled(app, rest, table, rows, failures):
    app.failures = failures
    heard: list[str] = []

    sent = Sender(rest.told(heard.append), table, "/erp/api/v1/customers").send(rows)

    assert sent.written + sent.already == 250
    assert app.writes == 250
    assert len(heard) >= 1


def test_a_server_that_stays_away_is_given_up_with_advice(app, rest, table, rows):
    app.failures = [httpx.ConnectError("down")] * 1000

    with pytest.raises(NotReachable, match="rectoverso up"):
        Sender(rest, table, "/erp/api/v1/customers").send(rows)


def test_refused_rows_come_back_with_column_and_reason(app, rest, table, rows):
    app.refuse = {"C7": "This name is taken."}

    sent = Sender(rest, table, "/erp/api/v1/customers").send(rows)

    assert sent.written == 249
    (bad,) = sent.refused
    assert bad.row.line == 7
    assert [(each.column, each.reason) for each in bad.findings] == [
        ("name", "This name is taken.")
    ]


def test_a_refused_request_is_raised_at_once(app, rest, table, rows):
    app.failures = [403]

    with pytest.raises(Refused, match="403"):
        Sender(rest, table, "/erp/api/v1/customers").send(rows)


def test_categories_are_found_by_name_or_made_once(app, rest, table):
    app.records["/erp/api/v1/categories"] = {
        "x": {"id": "ca_1", "external_ref": "x", "code": "DRINKS", "name": "Beverages"}
    }
    rows = [
        Prepared(Row(2, ("a",)), {"name": "a"}, category="beverages"),
        Prepared(Row(3, ("b",)), {"name": "b"}, category="Meat/Poultry"),
        Prepared(Row(4, ("c",)), {"name": "c"}, category="meat/poultry"),
    ]
    sender = Sender(rest, table, "/erp/api/v1/products")

    sender.send(rows)
    sender.send(rows)

    categories = app.records["/erp/api/v1/categories"]
    products = app.records["/erp/api/v1/products"].values()
    made = categories["load:category:meat/poultry"]
    assert len(categories) == 2
    assert made["code"] == "MEAT-POULTRY"
    assert [each["category_id"] for each in products] == ["ca_1", made["id"], made["id"]]


def test_people_to_talk_to_go_to_the_crm_beside_their_company(app, rest, table):
    rows = [Prepared(Row(2, ("a",)), {"name": "a"}, contact={"family_name": "Bo"})]

    for app_path in ("/crm/api/v1/customers", "/erp/api/v1/customers"):
        Sender(rest, table, app_path).send(rows)
        Sender(rest, table, app_path).send(rows)

    (contact,) = app.records["/crm/api/v1/contacts"].values()
    assert contact["customer_id"] == "id-load:0123456789abcdef:2"
    assert "/erp/api/v1/contacts" not in app.records
