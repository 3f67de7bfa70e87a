import pytest

from tests.hub.rules.judging import judge_customer


@pytest.fixture
def judge():
    """judge(readings, golden body, **more) -> Decision about a customer of the ERP."""
    return judge_customer
