"""Every row of a table, prepared for the app or found bad."""

from collections.abc import Callable, Sequence

from rectoverso.loading.columns import Columns
from rectoverso.loading.customers import Purpose, prepare_customer
from rectoverso.loading.model import BadRow, Entity, Finding, Prepared, Row, Table
from rectoverso.loading.products import prepare_product

_Prepare = Callable[[Row, Columns, Purpose], Prepared | BadRow]


def prepare(
    table: Table, columns: Columns, purpose: Purpose
) -> tuple[list[Prepared], list[BadRow]]:
    """Return the rows to send and the bad ones, each in the order of the file."""
    products = purpose.entity is Entity.PRODUCTS
    turn: _Prepare = prepare_product if products else prepare_customer
    outcomes = [_prepare_row(row, len(table.header), columns, purpose, turn) for row in table.rows]
    good = [outcome for outcome in outcomes if isinstance(outcome, Prepared)]
    if products:
        good, twice = _part_doubles(good, columns)
    else:
        twice = []
    bad = [outcome for outcome in outcomes if isinstance(outcome, BadRow)]
    return good, sorted(bad + twice, key=lambda each: each.row.line)


def _prepare_row(
    row: Row, width: int, columns: Columns, purpose: Purpose, turn: _Prepare
) -> Prepared | BadRow:
    if len(row.cells) != width:
        reason = f"The row has {len(row.cells)} cells and the header {width}; look at its quotes."
        return BadRow(row, [Finding(None, reason)])
    return turn(row, columns, purpose)


def _part_doubles(
    good: Sequence[Prepared], columns: Columns
) -> tuple[list[Prepared], list[BadRow]]:
    """Part the rows whose product number stands further up already."""
    first: dict[str, int] = {}
    kept, twice = [], []
    for each in good:
        line = first.setdefault(each.values["sku"], each.row.line)
        if line == each.row.line:
            kept.append(each)
            continue
        reason = f"Line {line} has this product number already; give each product its own."
        twice.append(BadRow(each.row, [Finding(columns.names["sku"], reason)]))
    return kept, twice
