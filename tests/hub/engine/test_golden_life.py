"""Merge, edit, unmerge and split in any order; history without an edge is told by a second bed."""

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from hub.clusters.service import merge_goldens, unmerge
from master_data.tables import METADATA
from tests.hub.engine.conftest import Bed
from tests.hub.engine.lives import BOLD, FIELDS, QUIET, Lives

LETTERS = "ABC"
letters = st.sampled_from(LETTERS)
EDITABLE = {"crm": ("name", "language", "legal_name"), "erp": ("name", "payment_terms")}
edits = st.sampled_from([(system, field) for system in EDITABLE for field in EDITABLE[system]])
LANGUAGES = ("es", "ca", "gl", "eu", "en", "de", "fr", "it", "pt", "nl", "pl", "cs", "sv", "da")


class GoldenLife(RuleBasedStateMachine):
    """`history`: what was done, so that it can be told again without one of the merges."""

    def __init__(self, new_lives):
        super().__init__()
        self.new_lives = new_lives
        self.history, self.number = [], 0
        self.lives = self.begin()
        self.split_off = False

    def begin(self):
        lives = self.new_lives()
        for letter in LETTERS:
            lives.make(letter)
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

    @rule(letter=letters, edit=edits)
    def edit(self, letter, edit):
        system, field = edit
        self.do("edit", letter, system, {field: self.value(field)})

    @rule(letter=letters, value=st.integers(0, 2))
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
        if self.split_off:
            return
        self.history = [step for step in self.history if name not in step]
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
    @rule(letter=letters, system=st.sampled_from(["crm", "erp"]))
    def split(self, letter, system):
        """A record of its own from now on; what was is not told again afterwards."""
        self.lives.split(letter, system)
        self.split_off = True
        mine = self.lives.crossref(letter, "crm").golden_id
        assert mine != self.lives.crossref(letter, "erp").golden_id

    @invariant()
    def sound(self):
        self.lives.assert_sound()


def lives_of(open_house, clock, ids, customer):
    made = []

    def new_lives():
        database = open_house(f"hub{len(made)}")
        made.append(database)
        database.create_all(METADATA)
        return Lives(Bed(database, clock, ids), customer)

    return new_lives


def test_any_life_keeps_its_laws(open_house, clock, ids, customer, dialect):
    new_lives = lives_of(open_house, clock, ids, customer)
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
