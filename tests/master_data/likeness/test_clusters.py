"""Clusters: the same in any order; one partner where there can be one; no odd chains."""

import random

from hypothesis import given
from hypothesis import strategies as st

from master_data.forms.records import form_of
from master_data.likeness.batch import match_batch
from master_data.likeness.clusters import Edge, cluster, one_to_one
from master_data.likeness.model import shipped_model

weights = st.floats(5, 40, allow_nan=False)
graphs = st.lists(st.tuples(weights, st.integers(0, 11), st.integers(0, 11)), max_size=30)


def edges_of(graph):
    heaviest = {}
    for weight, x, y in graph:
        if x != y:
            pair = (min(x, y), max(x, y))
            heaviest[pair] = max(weight, heaviest.get(pair, 0))
    return [Edge(weight, *pair) for pair, weight in heaviest.items()]


def joined(edges, **known):
    weigh = known.get("weigh", lambda x, y: 9.0)
    apart = known.get("apart", lambda x, y: False)
    return cluster(edges, 12, floor=-12.0, weigh=weigh, apart=apart)


@given(graphs, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(graph, rng):
    edges = edges_of(graph)
    shuffled = rng.sample(edges, len(edges))
    assert joined(edges) == joined(shuffled)


@given(graphs)
def test_what_is_kept_apart_never_meets_through_a_third(graph):
    forbidden = {(0, 1), (2, 5), (3, 4)}
    clusters = joined(edges_of(graph), apart=lambda x, y: (min(x, y), max(x, y)) in forbidden)
    assert not any(x in members and y in members for members in clusters for x, y in forbidden)


def test_a_pair_that_speaks_against_it_keeps_two_clusters_apart():
    edges = [Edge(20, 0, 1), Edge(19, 2, 3), Edge(6, 1, 2)]
    assert joined(edges) == [[0, 1, 2, 3]]
    against = lambda x, y: -20.0 if (x, y) == (0, 3) else 9.0  # noqa: E731
    assert joined(edges, weigh=against) == [[0, 1], [2, 3]]


def test_a_record_torn_between_father_and_son_is_left_to_a_person():
    home = {"given_name": "Piotr", "family_name": "Mazur", "phone": "+48 601234567",
            "address.street": "Polna 5", "address.postal_code": "30-001"}  # fmt: skip
    father, son = home | {"birth_date": "1950-02-03"}, home | {"birth_date": "1981-09-14"}
    model = shipped_model("person")
    batch = match_batch(model, [form_of("person", words) for words in (father, son, home)])
    assert batch.linked == set()
    assert batch.review == {(0, 2), (1, 2)}
    batch = match_batch(model, [form_of("person", words) for words in (father, home)])
    assert batch.linked == {(0, 1)}


@given(graphs)
def test_nobody_gets_two_partners(graph):
    taken, prior = one_to_one(edges_of(graph), 4, (12, 12), -12.0)
    partners = [place for edge in taken for place in edge[1:]]
    assert len(partners) == len(set(partners))
    assert prior >= -12.0


def test_the_rest_is_judged_by_how_many_found_their_partner():
    rng = random.Random(1)
    sure = [Edge(rng.uniform(10, 30), n, 1000 + n) for n in range(999)]
    doubtful = Edge(-5.0, 999, 1999)
    taken, prior = one_to_one([*sure, doubtful], 4, (1000, 1000), -12.0)
    assert doubtful in taken
    assert prior > 0
    alone, _ = one_to_one([*sure[:300], doubtful], 4, (1000, 1000), -12.0)
    assert doubtful not in alone
