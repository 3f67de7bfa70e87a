"""The function written out for a model says what its conditions say, asked one by one."""

from random import Random

import pytest

from master_data.forms.records import form_of
from master_data.likeness.model import shipped_model
from master_data.likeness.scoring import Scorer
from master_data.likeness.statistics import count
from rectoverso.bench.matching.people import people, respelt

MANY = 150


def a_person(words, number):
    return words | {"generation": ("", "Jr", "", "Sr")[number % 4], "gender": "fm"[number % 2]}


def a_company(words, number):
    form = ("S.L.", "GmbH", "and Sons", "")[number % 4]
    name = f"{words['family_name']} {words['given_name']} {form} {number % 5 or ''}"
    return words | {"name": name, "tax_id": f"B{number * 7919 % 10**8:08}" if number % 3 else None}


def a_product(words, number):
    name = f"{words['given_name']} {words['family_name']} FS-{number % 7}{'NA' * (number % 2)}"
    return {"name": f"{name} {number % 4} kg", "brand": words["family_name"], "price": str(number)}


@pytest.mark.parametrize(
    ("kind", "make"), [("person", a_person), ("company", a_company), ("product", a_product)]
)
def test_levels_are_those_of_the_conditions(kind, make):
    rng, told = Random(11), list(people(MANY, 5))
    told += [respelt(rng.choice(told), rng) for _ in range(MANY)]
    forms = [form_of(kind, make(words, number)) for number, words in enumerate(told)]
    scorer = Scorer(shipped_model(kind), count(shipped_model(kind), forms))
    found = set()
    for one in forms[MANY:]:
        for other in rng.sample(forms[:MANY], 12):
            levels = scorer.levels(one, other)
            assert levels == twice(scorer, one, other)
            found.update(enumerate(levels))
    assert len(found) > 2 * len(scorer.model.comparisons)


def twice(scorer, one, other):
    """Return the levels of forms that say each value twice: of several, conditions are asked."""
    first, second = ({name: said * 2 for name, said in form.items()} for form in (one, other))
    return scorer.levels(first, second)
