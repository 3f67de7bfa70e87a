import pytest

from connectors.kit.harness import MemoryHarness
from connectors.kit.suite import ConnectorContract, overridden


class TestMemoryTwin(ConnectorContract):
    @pytest.fixture
    def harness(self, clock):
        return MemoryHarness(clock)


@pytest.mark.parametrize("suite", ConnectorContract.__subclasses__())
def test_no_standard_test_was_replaced(suite):
    assert overridden(suite) == []


def test_a_replaced_standard_test_is_found():
    class Lenient(ConnectorContract):
        def test_check_says_who_answers(self, harness):
            pass

    assert overridden(Lenient) == ["test_check_says_who_answers"]


def test_every_standard_test_says_what_to_check():
    names = [name for name in dir(ConnectorContract) if name.startswith("test_")]
    assert len(names) > 20
    assert all(getattr(ConnectorContract, name).__doc__.startswith("Red: ") for name in names)
