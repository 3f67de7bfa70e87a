"""Merge, edit, unmerge and split in any order; history without an edge is told by a second bed."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from hub.clusters.service import merge_goldens, unmerge
from master_data.tables import METADATA
from tests.hub.engine.conftest import Bed
from tests.hub.engine.lives import BOLD, FIELDS, QUIET, Lives

LETTERS = "ABDE"
letters = st.sampled_from(LETTERS)
EDITABLE = {"crm": ("name", "language", "legal_name"), "erp": ("name", "payment_terms")}
SYSTEMS = {"A": EDITABLE, "B": EDITABLE, "D": ("crm",), "E": ("erp",)}
edits = st.sampled_from(
    [
        (letter, system, field)
        for letter in LETTERS
        for system in SYSTEMS[letter]
        for field in EDITABLE[system]
    ]
)
LANGUAGES = ("es", "ca", "gl", "eu", "en", "de", "fr", "it", "pt", "nl", "pl", "cs", "sv", "da")


class GoldenLife(RuleBasedStateMachine):
    """`history`: what was done, so that it can be told again without one of the decisions.

    `linked`: whether D and E still are what they were met as, one customer.
    """

    def __init__(self, new_lives):
        super().__init__()
        self.new_lives = new_lives
        self.history, self.number = [], 0
        self.linked, self.split_off = True, False
        self.lives = self.begin()

    def begin(self):
        lives = self.new_lives()
        for letter in "AB":
            lives.make(letter)
        lives.make_twins(linked=self.linked)
        lives.remember_erp()
        return lives

    def tell(self, lives, step):
        what, *rest = step
        getattr(lives, what)(*rest)

    def do(self, *step):
        self.history.append(step)
        self.tell(self.lives, step)

    def value(self, field):
        self.number += 1
        if field == "language":
            return LANGUAGES[self.number % len(LANGUAGES)]
        return f"{field} {self.number}"

    @rule(edit=edits)
    def edit(self, edit):
        letter, system, field = edit
        self.do("edit", letter, system, {field: self.value(field)})

    @rule(letter=st.sampled_from("ABD"), value=st.integers(0, 2))
    def telephone(self, letter, value):
        number = {"kind": "phone", "value": f"+3491100000{value}", "purpose": "work"}
        self.do("edit", letter, "crm", {"contact_points": [number | {"preferred": False}]})

    @rule(one=letters, other=letters)
    def merge(self, one, other):
        if self.lives.group(one) != self.lives.group(other):
            self.number += 1
            if not self.split_off:  # a decision is about the records that stand there
                one, other = self.lives.root(one), self.lives.root(other)
            self.do("merge", one, other, f"m{self.number}")

    @precondition(lambda self: self.lives.merges)
    @rule(data=st.data())
    def unmerge(self, data):
        name = data.draw(st.sampled_from(sorted(self.lives.merges)))
        self.do("unmerge", name)
        self.history = [step for step in self.history if name not in step]
        if not self.split_off:
            self.equals_history()

    @precondition(lambda self: self.linked and not self.split_off)
    @rule(leaving=st.sampled_from("DE"))
    def part(self, leaving):
        """The same lives, had nobody ever taken D and E for one."""
        self.lives.part(leaving)
        self.linked = False
        if (
            leaving == "D"
        ):  # what was decided about the record of both, was about the one that stays
            self.history = [
                tuple("E" if word == "D" and step[0] == "merge" else word for word in step)
                for step in self.history
            ]
        self.equals_history()

    def equals_history(self):
        told = self.begin()
        for step in self.history:
            self.tell(told, step)
        for letter in LETTERS:
            assert self.lives.group(letter) == told.group(letter)
            assert self.comparable(self.lives, letter) == self.comparable(told, letter), letter

    def comparable(self, lives, letter):
        """What two of a cluster hold against each other waits for a person: no value to compare."""
        shown = lives.told(letter)
        if len(lives.group(letter)) > 1:
            shown.pop("legal_name", None)
        return shown

    @rule(one=letters, other=letters)
    def merge_and_think_again(self, one, other):
        """Nothing happens in between: every row is as it was."""
        if self.lives.group(one) == self.lives.group(other):
            return
        before, hub = self.lives.rows(), self.lives.bed.hub
        ids = self.lives.golden_id(one), self.lives.golden_id(other)
        merged = merge_goldens(hub, *ids, BOLD)
        unmerge(hub, merged.added[0].id, QUIET)
        after = self.lives.rows()
        for table, rows in before.items():
            assert set(after[table]) ^ set(rows) == set(), table
        self.lives.settle()

    @precondition(lambda self: not self.split_off)
    @rule(letter=st.sampled_from("AB"), system=st.sampled_from(["crm", "erp"]))
    def split(self, letter, system):
        """A record that was made for the other system; what was is not told again afterwards."""
        self.lives.split(letter, system)
        self.split_off = True
        mine = self.lives.crossref(letter, "crm").golden_id
        assert mine != self.lives.crossref(letter, "erp").golden_id

    @invariant()
    def sound(self):
        self.lives.assert_sound()


@pytest.fixture
def new_lives(open_house, clock, ids, customer, account):
    made = []

    def begin():
        database = open_house(f"hub{len(made)}")
        made.append(database)
        database.create_all(METADATA)
        return Lives(Bed(database, clock, ids), customer, account)

    return begin


def test_any_life_keeps_its_laws(new_lives, dialect):
    examples, steps = (8, 10) if dialect == "sqlite" else (2, 6)
    if settings.default.max_examples > 100:
        examples, steps = (150, 16) if dialect == "sqlite" else (15, 10)
    run_machine(
        lambda: GoldenLife(new_lives),  # type: ignore[arg-type]  # it calls what it is given
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=settings.default.max_examples <= 100,
            phases=[Phase.reuse, Phase.generate],  # to shrink a life takes many minutes
        ),
    )


def test_the_laws_are_about_fields_that_change():
    assert {"name", "language", "legal_name", "contact_points"} <= set(FIELDS)
