"""Models as settings of Splink: the same weights both ways, and nothing dropped in silence."""

import math
import random
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from master_data.errors import ModelUnreadable
from master_data.likeness.model import (
    Comparison,
    ComparisonModel,
    Frequency,
    Group,
    Level,
    shipped_model,
)
from master_data.likeness.scoring import Scorer
from master_data.likeness.splink.reading import from_splink
from master_data.likeness.splink.writing import row_of, sayable, to_splink
from master_data.likeness.statistics import count

GIVEN = ("anna", "anne", "hanna", "jon", "john", "maria", "mari a")
FAMILY = ("novak", "nowak", "smith", "smyth", "de la cruz", "delacruz")
MISTYPED = {"all": [{"damerau": ["family", 1]}, {"not": {"exact": "postal"}}]}
MODEL = ComparisonModel(
    "person",
    4,
    -3,
    4000,
    (
        Comparison(
            "given",
            ("given",),
            (
                Level("same", {"exact": "given"}, 0.75, 0.008, tf="given"),
                Level("apart", {"joined": "given"}, 0.01, 0.0001),
                Level("alike", {"jw": ["given", 0.85]}, 0.1, 0.01, tf="given"),
                Level("other", None, 0.14, 0.98),
            ),
        ),
        Comparison(
            "family",
            ("family",),
            (
                Level("same", {"exact": "family"}, 0.8, 0.002),
                Level("mistyped elsewhere", MISTYPED, 0.02, 0.004),
                Level("near", {"lev": ["family", 2]}, 0.1, 0.01),
                Level("other", None, 0.08, 0.98),
            ),
        ),
        Comparison(
            "place",
            (),
            (
                Level("same", {"exact": "postal"}, 0.7, 0.01),
                Level("near", {"part": ["postal", 0, 3]}, 0.1, 0.05),
                Level("another", {"different": "postal"}, 0.2, 0.94),
            ),
        ),
    ),
    frequencies={"given": Frequency(0.002, 2, 400)},
)


def _forms(number=60):
    chance = random.Random(4)
    forms = []
    for _ in range(number):
        postal = f"10{chance.randrange(3)}{chance.randrange(4)}"
        said = {
            "given": chance.choice(GIVEN),
            "family": chance.choice(FAMILY),
            "postal": postal,
        }
        forms.append({k: (v,) for k, v in said.items() if chance.random() < 0.85})
    return forms


def _splink_weights(settings, rows):
    splink = pytest.importorskip("splink", reason="the bench extra, with Splink, is not installed")
    pd = pytest.importorskip("pandas", reason="the bench extra, with pandas, is not installed")
    frame = pd.DataFrame([{"unique_id": number} | row for number, row in enumerate(rows)])
    database = splink.DuckDBAPI()
    settings = settings | {"blocking_rules_to_generate_predictions": ["1=1"]}
    linker = splink.Linker(database.register(frame), settings)
    pairs = linker.inference.predict().as_duckdbpyrelation().fetchall()
    columns = linker.inference.predict().as_duckdbpyrelation().columns
    found = {}
    for pair in pairs:
        said = dict(zip(columns, pair, strict=True))
        found[tuple(sorted((said["unique_id_l"], said["unique_id_r"])))] = said["match_weight"]
    return found


def _agree(weights, scorer, forms):
    ours = {
        (x, y): scorer.weight(forms[x], forms[y]) for x, y in combinations(range(len(forms)), 2)
    }
    assert weights.keys() == ours.keys()
    assert max(abs(weights[pair] - ours[pair]) for pair in ours) < 1e-9
    assert len({round(weight, 6) for weight in ours.values()}) > 10  # they are weighed apart


@pytest.mark.filterwarnings("default")
def test_splink_weighs_an_exported_model_as_we_do():
    forms = _forms()
    statistics = count(MODEL, forms)
    settings = to_splink(MODEL, statistics.records)
    rows = [row_of(form, MODEL, statistics) for form in forms]
    _agree(_splink_weights(settings, rows), Scorer(MODEL, statistics), forms)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("entity", ["person", "company"])
def test_splink_weighs_the_sayable_part_of_a_shipped_model_as_we_do(entity):
    model = sayable(shipped_model(entity)).model
    fields = {name: GIVEN for name in row_of({}, model, count(model, ())) if name[:3] != "tf_"}
    chance = random.Random(5)
    forms: list[dict[str, tuple[str, ...]]] = [
        {name: (chance.choice(some),) for name, some in fields.items() if chance.random() < 0.8}
        for _ in range(40)
    ]
    statistics = count(model, forms)
    rows = [row_of(form, model, statistics) for form in forms]
    settings = to_splink(model, statistics.records)
    _agree(_splink_weights(settings, rows), Scorer(model, statistics), forms)


THEIRS: dict[str, Any] = {
    "link_type": "dedupe_only",
    "sql_dialect": "duckdb",
    "probability_two_random_records_match": 0.01,
    "comparisons": [
        {
            "output_column_name": "first_name",
            "comparison_levels": [
                {
                    "sql_condition": '"first_name_l" IS NULL OR "first_name_r" IS NULL',
                    "is_null_level": True,
                },
                {
                    "sql_condition": '"first_name_l" = "first_name_r"',
                    "m_probability": 0.8,
                    "u_probability": 0.05,
                    "tf_adjustment_column": "first_name",
                    "tf_adjustment_weight": 1.0,
                },
                {
                    "sql_condition": 'jaro_winkler_similarity("first_name_l", "first_name_r")'
                    " >= 0.85",
                    "label_for_charts": "alike",
                    "m_probability": 0.1,
                    "u_probability": 0.05,
                },
                {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9},
            ],
        },
        {
            "output_column_name": "family",
            "comparison_levels": [
                {
                    "sql_condition": "family_l = family_r OR"
                    ' (damerau_levenshtein("family_l", "family_r") <= 1 AND'
                    ' levenshtein("postal_l", "postal_r") <= 1)',
                    "m_probability": 0.9,
                    "u_probability": 0.1,
                },
                {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9},
            ],
        },
    ],
}
COLUMNS = {"first_name": "given"}


def test_settings_of_splink_are_read():
    model = from_splink(THEIRS, "person", 4, -3, COLUMNS)
    first, family = model.comparisons
    assert first.needs == ("given",)
    assert [level.when for level in first.levels] == [
        {"exact": "given"},
        {"jw": ["given", 0.85]},
        None,
    ]
    assert first.levels[0].tf == "given"
    near = {"all": [{"damerau": ["family", 1]}, {"lev": ["postal", 1]}]}
    assert family.levels[0].when == {"any": [{"exact": "family"}, near]}
    assert model.prior == pytest.approx(math.log2(0.01 / 0.99))


@pytest.mark.filterwarnings("default")
def test_an_imported_model_weighs_as_splink_does():
    forms = [form | {"family": form.get("family", ("smith",))} for form in _forms()]
    model = from_splink(THEIRS, "person", 4, -3, COLUMNS)
    rows = [
        {
            "first_name": form.get("given", (None,))[0],
            "family": form["family"][0],
            "postal": form.get("postal", (None,))[0],
        }
        for form in forms
    ]
    _agree(_splink_weights(THEIRS, rows), Scorer(model, count(model, forms)), forms)


def test_what_was_exported_is_read_back():
    plain = replace(MODEL, comparisons=MODEL.comparisons[1:2], frequencies={})
    back = from_splink(to_splink(plain), "person", 4, -3, {})
    assert back.comparisons == plain.comparisons
    assert back.prior == pytest.approx(-math.log2(4000), abs=1e-12)


def test_what_splink_cannot_say_is_named():
    household = Group("household", ("given", "family"), most=9)
    rated = Level("rated", {"exact": "given"}, 0.1, 0.1, rate="household")
    crossed = Level("crossed", {"not": {"crossed": ["given", "family"]}}, 0.1, 0.1)
    blank = Level("elsewhere", {"exact": "given"}, 0.1, 0.1, tf="city")
    other = Comparison("odd", ("given",), (rated, crossed, blank))
    model = replace(MODEL, comparisons=(*MODEL.comparisons, other), groups=(household,))
    with pytest.raises(ModelUnreadable, match=r"'rated'.*'crossed'.*'elsewhere'.*group household"):
        to_splink(model)
    assert sayable(model).model == MODEL


def test_two_values_do_not_fit_in_one_column():
    with pytest.raises(ModelUnreadable, match="given has 2 values"):
        row_of({"given": ("anna", "maria")}, MODEL, count(MODEL, ()))


@pytest.mark.parametrize(
    "changed",
    [
        {"sql_condition": "soundex(first_name_l) = soundex(first_name_r)"},
        {"sql_condition": "NOT first_name_l = first_name_r"},
        {"sql_condition": "(first_name_l = first_name_r"},
        {"sql_condition": "first_name_l = first_name_r;"},
        {"m_probability": "level not observed in training dataset"},
        {"u_probability": 0},
        {"tf_adjustment_weight": 0.5},
        {"tf_minimum_u_value": 0.001},
        {"tf_adjustment_column": "family"},
        {"is_null_level": True},
    ],
)
def test_what_we_cannot_read_is_named(changed):
    first = THEIRS["comparisons"][0]
    blank, same, *rest = first["comparison_levels"]
    levels = [blank, same | {"label_for_charts": "the level"} | changed, *rest]
    settings = THEIRS | {"comparisons": [first | {"comparison_levels": levels}]}
    with pytest.raises(ModelUnreadable, match=r"first_name, level 'the level'"):
        from_splink(settings, "person", 4, -3, COLUMNS)
