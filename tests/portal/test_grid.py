from starlette.datastructures import QueryParams

from portal.grid import Column, Filter, Grid, Kind, write_csv

COLUMNS = (
    Column("name", "Name", sortable=True, href=lambda record: f"/c/{record['id']}"),
    Column("state", "State", Kind.BADGE, tones={"open": "ok"}),
    Column("credit", "Credit", Kind.MONEY, sortable=True),
    Column("roles", "Roles", Kind.TAGS),
)
GRID = Grid(
    "/c",
    COLUMNS,
    (Filter("state", "State", [("open", "Open")]), Filter("owner", "Owner", [], param="owner")),
    search="Search",
    default_sort="name",
    keep=("tab",),
)
RECORDS: list[dict] = [{"id": "1", "name": "Ana", "state": "open", "credit": None, "roles": []}]


def view(query, after=None):
    return GRID.view(QueryParams(query), RECORDS, after)


def test_a_header_sorts_up_then_down():
    assert view("").heads[0].sort == "ascending"
    assert view("").heads[0].href == "/c?sort=-name"
    assert view("sort=-name").heads[0].sort == "descending"
    assert view("sort=-name").heads[0].href == "/c?sort=name"
    assert view("").heads[1].href == ""


def test_sorting_keeps_filters_and_leaves_the_page():
    head = view("q=a&filter[state]=open&after=xyz&tab=all&page=9").heads[2]
    assert head.href == "/c?tab=all&q=a&filter%5Bstate%5D=open&sort=credit"


def test_paging_keeps_everything():
    shown = view("q=a&sort=-name&tab=all", after="next page")
    assert shown.next_href == "/c?tab=all&q=a&sort=-name&after=next+page"
    assert shown.first_href == ""
    assert view("q=a&after=x").first_href == "/c?q=a"
    assert view("q=a&after=x").next_href == ""


def test_clearing_keeps_only_the_tab():
    shown = view("q=a&owner=me&tab=all")
    assert shown.filtered
    assert shown.clear_href == "/c?tab=all"
    assert not view("tab=all&sort=name").filtered


def test_filters_show_what_is_chosen():
    assert [choice.value for choice in view("filter[state]=open&owner=me").choices] == [
        "open",
        "me",
    ]


def test_the_export_is_the_list_as_filtered():
    assert view("q=a&after=x").csv_href == "/c?q=a&format=csv"


def test_a_row_knows_its_cells():
    row = view("").rows[0]
    assert (row.id, row.name) == ("1", "Ana")
    assert [cell.blank for cell in row.cells] == [False, False, True, True]
    assert row.cells[0].href == "/c/1"
    assert row.cells[1].tone == "ok"


def test_an_export_cannot_run_formulas():
    record = {
        "name": '=HYPERLINK("x")',
        "state": "a,b",
        "credit": {"amount": "12.50", "currency": "EUR"},
        "roles": ["a", "b"],
    }
    lines = list(write_csv(COLUMNS, [record]))
    assert lines[0] == "name,state,credit,roles\r\n"
    assert lines[1] == '"\'=HYPERLINK(""x"")","a,b",12.50 EUR,a b\r\n'
