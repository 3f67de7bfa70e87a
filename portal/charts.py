"""Charts as SVG drawn on the server: no script, themed by classes, readable as a table."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from markupsafe import Markup

Numeric = int | float | Decimal
_STYLES = ("s1", "s2", "s3", "s4", "s5")
_RING = 15.915494309189533  # radius of a circle whose circumference is 100


def bars(
    rows: Sequence[tuple[str, Mapping[str, Numeric]]],
    series: Sequence[tuple[str, str]],
    label: str,
    *,
    height: int = 64,
) -> Markup:
    """Return stacked bars; `rows` are (x label, {series: n}), `series` are (key, legend)."""
    width, gap = 320.0, 4.0
    sums = [sum(float(values.get(key, 0)) for key, _ in series) for _, values in rows]
    top = max(sums, default=0) or 1
    thick = (width - gap * (len(rows) - 1)) / max(len(rows), 1)
    groups = []
    for position, (x_label, values) in enumerate(rows):
        left, base = position * (thick + gap), float(height)
        said = ", ".join(f"{legend} {values.get(key, 0)}" for key, legend in series)
        marks = [
            Markup('<rect class="hit" x="{:.1f}" y="0" width="{:.1f}" height="{}"/>').format(
                left, thick, height
            )
        ]
        for style, (key, _) in zip(_STYLES, series, strict=False):
            tall = float(values.get(key, 0)) / top * (height - 2)
            base -= tall
            if tall:
                marks.append(_rect(style, (left, base, thick, max(tall - 1, 0.8))))
        title = Markup("<title>{}: {}</title>").format(x_label, said)
        groups.append(Markup("<g>{}{}</g>").format(title, Markup("").join(marks)))
    svg = _svg(f"0 0 {width:g} {height}", label, Markup("").join(groups), height=height)
    return _figure(
        "", svg, _legend([(legend, "") for _, legend in series]), _table(rows, series, label)
    )


def sparkline(values: Sequence[Numeric], label: str) -> Markup:
    """Return a small line of values, oldest first."""
    width, height = 120.0, 32.0
    exact = [float(value) for value in values]
    low = min(exact, default=0.0)
    span = max(exact, default=0.0) - low or 1.0
    step = width / max(len(values) - 1, 1)
    points = [
        f"{position * step:.1f},{height - 3 - (value - low) / span * (height - 6):.1f}"
        for position, value in enumerate(exact)
    ]
    line = " ".join(points)
    body = Markup(
        '<polygon class="area s1" points="0,{0} {1} {2},{0}"/>'
        '<polyline class="line s1" points="{1}"/>'
    ).format(f"{height:g}", line, f"{width:g}")
    rows = [(str(position + 1), {"n": value}) for position, value in enumerate(values)]
    svg = _svg(f"0 0 {width:g} {height:g}", label, body, height=int(height))
    return _figure(" spark", svg, Markup(""), _table(rows, [("n", label)], label))


def donut(parts: Sequence[tuple[str, Numeric]], label: str) -> Markup:
    """Return a ring of up to five parts, (legend, n), with its legend."""
    total = float(sum(value for _, value in parts)) or 1.0
    rings = [Markup('<circle class="ring track" cx="21" cy="21" r="{}"/>').format(_RING)]
    start = 25.0
    for style, (legend, value) in zip(_STYLES, parts, strict=False):
        share = float(value) / total * 100
        if share:
            rings.append(
                Markup(
                    '<circle class="ring {}" cx="21" cy="21" r="{}"'
                    ' stroke-dasharray="{:.2f} {:.2f}"'
                    ' stroke-dashoffset="{:.2f}"><title>{} {}</title></circle>'
                ).format(style, _RING, max(share - 1, 0.4), 101 - share, start, legend, value)
            )
        start = (start - share) % 100
    svg = _svg("0 0 42 42", label, Markup("").join(rings))
    legend_list = _legend([(legend, str(value)) for legend, value in parts])
    rows = [(legend, {"n": value}) for legend, value in parts]
    return _figure(" donut", svg, legend_list, _table(rows, [("n", label)], label))


def _rect(style: str, box: tuple[float, float, float, float]) -> Markup:
    shape = Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5"/>'
    )
    return shape.format(style, *box)


def _svg(box: str, label: str, body: Markup, *, height: int | None = None) -> Markup:
    size = (
        Markup(' height="{}" preserveAspectRatio="none"').format(height) if height else Markup("")
    )
    return Markup('<svg viewBox="{}"{} role="img" aria-label="{}">{}</svg>').format(
        box, size, label, body
    )


def _figure(kind: str, svg: Markup, legend: Markup, table: Markup) -> Markup:
    return Markup('<figure class="chart{}">{}{}{}</figure>').format(kind, svg, legend, table)


def _legend(entries: Sequence[tuple[str, str]]) -> Markup:
    lines = [
        Markup('<li><i class="swatch {}"></i>{} <b>{}</b></li>').format(style, legend, value)
        for style, (legend, value) in zip(_STYLES, entries, strict=False)
    ]
    return Markup('<ul class="legend" aria-hidden="true">{}</ul>').format(Markup("").join(lines))


def _table(
    rows: Sequence[tuple[str, Mapping[str, Numeric]]], series: Sequence[tuple[str, str]], label: str
) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(legend) for _, legend in series)
    lines = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            name,
            Markup("").join(Markup("<td>{}</td>").format(values.get(key, 0)) for key, _ in series),
        )
        for name, values in rows
    )
    return Markup(
        '<table class="sr-only"><caption>{}</caption><thead><tr><td></td>{}</tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(label, head, lines)
