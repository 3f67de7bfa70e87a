"""Random changes to the text of a shipped mapping, as an integrator might make them."""

import re

FORMS = ["trim", "squeeze", "nfc", "upper", "lower"]
FIELD = re.compile(r"^( +)- \{app: ([\w.]+), golden: ([\w.]+)(.*)\}$")


def part(line, group):
    """Return a part of a field's line: 2 the app's place, 3 the golden path."""
    match = FIELD.match(line)
    assert match is not None
    return match[group]


def field_lines(lines, *, inner=None):
    """Numbers of lines with a field on them; `inner`: of lists only, or of the record only."""
    found = []
    for number, line in enumerate(lines):
        match = FIELD.match(line)
        if match and inner in {None, len(match[1]) > 2}:
            found.append(number)
    return found


def drop_field(rng, lines):
    number = rng.choice(field_lines(lines))
    return lines[:number] + lines[number + 1 :]


def turn_field(rng, lines):
    """One direction only."""
    number = rng.choice([n for n in field_lines(lines) if "direction" not in lines[n]])
    direction = rng.choice(["in", "out"])
    changed = lines[number].removesuffix("}") + f", direction: {direction}}}"
    return [*lines[:number], changed, *lines[number + 1 :]]


def respell(rng, lines):
    """Another normal form of a text."""
    number = rng.choice([n for n in field_lines(lines) if "text: [" in lines[n]])
    forms = rng.sample(FORMS[:2] + FORMS[3:], rng.randint(1, 2))
    if "upper" in forms and "lower" in forms:
        forms = ["upper"]
    changed = re.sub(r"text: \[[^\]]*\]", f"text: [{', '.join([*forms, 'nfc'])}]", lines[number])
    return [*lines[:number], changed, *lines[number + 1 :]]


def swap_fields(rng, lines):
    """Two texts of the app stand for each other."""
    texts = [n for n in field_lines(lines, inner=False) if "text: [" in lines[n]]
    one, other = rng.sample(texts, 2)
    places = part(lines[one], 2), part(lines[other], 2)
    changed = list(lines)
    for number, place in ((one, places[1]), (other, places[0])):
        changed[number] = re.sub(r"\{app: [\w.]+", f"{{app: {place}", lines[number])
    return changed


def stand_in(rng, lines):
    """Something that is read, or written, for a blank."""
    texts = [n for n in field_lines(lines, inner=False) if "text: [" in lines[n]]
    number = rng.choice([n for n in texts if "default" not in lines[n]])
    side, value = rng.choice(["app", "golden"]), rng.choice(["x", "none", "EN"])
    changed = lines[number].removesuffix("}") + f", default: {{{side}: {value}}}}}"
    return [*lines[:number], changed, *lines[number + 1 :]]


def translate(rng, lines):
    """A value map in place of a text; some values have no row, some systems other codes."""
    texts = [n for n in field_lines(lines, inner=False) if "text: [" in lines[n]]
    number = rng.choice([n for n in texts if part(lines[n], 3) in CODES])
    codes = CODES[part(lines[number], 3)]
    kind = rng.choice(["same", "app", "golden", "partly"])
    pairs = {code: code for code in codes}
    if kind == "app":
        pairs = {f"{code}1": code for code in codes}
    elif kind == "golden":
        pairs = dict(zip(codes, rng.sample(codes, len(codes)), strict=True))
    elif kind == "partly":
        pairs = {code: code for code in rng.sample(codes, len(codes) - 1)}
    table = ["value maps:"] if "value maps:" not in lines else []
    table.append(f"  random: {{pairs: {{{', '.join(f'{k}: {v}' for k, v in pairs.items())}}}}}")
    changed = re.sub(r"text: \[[^\]]*\]", "values: random", lines[number])
    lines = [*lines[:number], changed, *lines[number + 1 :]]
    fresh = table[0].startswith("value")
    at = lines.index("fields:") if fresh else lines.index("value maps:") + 1
    return [*lines[:at], *table, *lines[at:]]


def fix_value(rng, lines):
    """One value for all."""
    texts = [n for n in field_lines(lines, inner=False) if "text: [" in lines[n]]
    number = rng.choice([n for n in texts if part(lines[n], 3) in CODES])
    golden = part(lines[number], 3)
    changed = f"  - {{golden: {golden}, constant: {CODES[golden][0]}}}"
    return [*lines[:number], changed, *lines[number + 1 :]]


def publish_otherwise(rng, lines):
    """Other records belong there."""
    start = next((n for n, line in enumerate(lines) if line.startswith("publish when")), None)
    if start is not None:
        end = start + 1
        while lines[end].startswith(" "):
            end += 1
        lines = lines[:start] + lines[end:]
    entity = next(line for line in lines if line.startswith("entity"))
    allowed = rng.sample(["customer", "dormant", "prospect", "lead"], rng.randint(1, 3))
    rule = f"publish when: {{field: lifecycle, in: [{', '.join(allowed)}]}}"
    if "customer" not in entity:
        rule = "publish when: {field: name, present: true}"
    at = next(n for n, line in enumerate(lines) if line.startswith("version")) + 1
    return [*lines[:at], rule, *lines[at:]]


def narrow_list(rng, lines):
    """Some kinds of contact points only."""
    number = lines.index("    golden: contact_points") + 1
    kinds = rng.sample(["phone", "email", "mobile"], rng.randint(1, 2))
    return [*lines[:number], f"    only: {{kind: [{', '.join(kinds)}]}}", *lines[number:]]


def turn_list(rng, lines):
    number = rng.choice([n for n, line in enumerate(lines) if line.startswith("    key: ")])
    return [*lines[:number], "    direction: in", *lines[number:]]


def drop_list(rng, lines):
    starts = [n for n, line in enumerate(lines) if line.startswith("  - app: ")]
    start = rng.choice(starts)
    end = next((n for n in starts if n > start), len(lines))
    return lines[:start] + lines[end:] if len(starts) > 1 else lines


CODES = {
    "language": ["es", "en", "ro", "ru", "id"],
    "segment": ["retail", "wholesale", "hospitality", "industry"],
    "source": ["fair", "referral", "website", "telephone"],
    "terms.payment_terms": ["NET30", "NET14", "NET60", "PREPAID"],
    "terms.currency": ["EUR", "USD", "RON", "RUB", "IDR"],
    "tax_class": ["standard", "reduced"],
    "uom": ["C62", "KGM", "LTR", "MTR", "BX"],
}


EDITS = [
    drop_field, turn_field, respell, swap_fields, swap_fields, stand_in, translate, translate,
    fix_value, publish_otherwise, narrow_list, turn_list, drop_list,
]  # fmt: skip


def edited(rng, text):
    """Return the text with one to three changes; some are no sound mapping."""
    lines = text.splitlines()
    for _ in range(rng.randint(1, 3)):
        try:
            lines = rng.choice(EDITS)(rng, lines)
        except (IndexError, ValueError, StopIteration):
            continue
    return "\n".join(lines) + "\n"
