"""A corpus of mappings: the faulty ones are refused for their reason, the sound ones accepted.

Each file of `corpus/faulty` says in its head who refuses it, why and in which words. The laws are
tried on made-up records; their smallest example is told.
"""

import json
import re
from pathlib import Path

import pytest

from mappings import DocumentRefused, check, parse
from mappings.check import Reason
from mappings.laws import Law, counter_example

CORPUS = Path(__file__).parent / "corpus"
APP = json.loads((CORPUS / "app.json").read_text())
GOLDEN = json.loads((CORPUS / "golden.json").read_text())
HEAD = re.compile(r"^# ([a-z ]+): (.*)$", re.MULTILINE)


def files(folder):
    return sorted((CORPUS / folder).glob("*.yaml"))


def head_of(path):
    said = HEAD.findall(path.read_text())
    return dict(said), [words for key, words in said if key == "says"]


def refused_by(who):
    found = [path for path in files("faulty") if head_of(path)[0]["refused by"] == who]
    return pytest.mark.parametrize("path", found, ids=lambda path: path.stem)


def mapping_of(path):
    return parse(path.read_text(), name=path.stem)


@refused_by("document")
def test_a_faulty_document_is_refused_while_it_is_read(path):
    _, says = head_of(path)
    with pytest.raises(DocumentRefused) as refused:
        mapping_of(path)
    assert [str(fault) for fault in refused.value.faults] == says


@refused_by("check")
def test_a_faulty_mapping_is_refused_by_the_checker_for_its_reason(path):
    head, says = head_of(path)
    findings = check(mapping_of(path), APP, GOLDEN)
    assert [str(finding) for finding in findings] == says
    reasons = {finding.reason for finding in findings}
    assert head["reason"] in reasons
    assert reasons <= set(Reason)


@refused_by("laws")
def test_a_mapping_that_breaks_a_law_is_refused_with_an_example(path):
    head, says = head_of(path)
    mapping = mapping_of(path)
    assert check(mapping, APP, GOLDEN) == []
    found = counter_example(mapping, APP, GOLDEN, documents=60)
    assert found is not None
    assert (found.law, found.path) == (head["reason"], head["path"])
    assert says[0] in str(found)


@pytest.mark.parametrize("path", files("sound"), ids=lambda path: path.stem)
def test_a_sound_mapping_is_accepted_by_the_checker(path):
    assert check(mapping_of(path), APP, GOLDEN) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", files("sound"), ids=lambda path: path.stem)
def test_a_sound_mapping_keeps_the_laws(path):
    assert counter_example(mapping_of(path), APP, GOLDEN, documents=40) is None


def test_the_corpus_is_large_and_meets_every_reason():
    heads = [head_of(path)[0] for path in files("faulty")]
    reasons = {head["reason"] for head in heads if head["refused by"] == "check"}
    assert len(heads) >= 40
    assert len(files("sound")) >= 40
    assert reasons == set(Reason) - {Reason.CYCLE}
    laws = {head["reason"] for head in heads if head["refused by"] == "laws"}
    assert {Law.NORMAL_FORM, Law.IS_TAKEN, Law.IS_CARRIED} <= laws
