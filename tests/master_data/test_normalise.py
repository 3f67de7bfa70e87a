"""Two spellings of one thing have one comparison form."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from master_data.normalise import compact, fold, fold_name


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  Talleres   IBARRA ", "talleres ibarra"),
        ("Café-Zürich", "cafe zurich"),
        ("Straße", "strasse"),
        ("", ""),
        ("Северный Лес", "северныи лес"),
    ],
)
def test_fold_leaves_out_case_accents_and_punctuation(text, form):
    assert fold(text) == form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ibarra, S.L.", "IBARRA SL"),
        ("Ibarra S. L.", "ibarra"),
        ("Textil Andina S.A.C.", "Textil Andina SAC"),
        ("Северный Лес ООО", "Северный лес"),  # noqa: RUF001 - Cyrillic is meant
        ("Müller GmbH", "Muller"),
        ("PT Sumber Tbk", "Sumber"),
        ("Drewno Sp. z o.o.", "Drewno"),
    ],
)
def test_the_legal_form_is_no_part_of_a_name(one, other):
    assert fold_name(one) == fold_name(other)


def test_a_name_that_is_only_a_legal_form_stays_a_name():
    assert fold_name("SA") == "sa"


@pytest.mark.parametrize(("text", "form"), [("b-123 456.7x", "B1234567X"), ("", ""), (" - ", "")])
def test_compact_keeps_letters_and_digits(text, form):
    assert compact(text) == form


@given(st.text(max_size=30))
@example("\u2122")
@example("\u1e9e")
def test_a_form_of_a_form_is_the_form(text):
    assert fold(fold(text)) == fold(text)
    assert compact(compact(text)) == compact(text)


@given(st.text(max_size=30), st.sampled_from([" {}", "{} ", "\u00a0{}", "{}."]))
def test_space_and_dots_around_do_not_count(text, frame):
    assert fold(frame.format(text)) == fold(text)
