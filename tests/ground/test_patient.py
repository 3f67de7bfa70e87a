import pytest

from ground.database import DatabaseBusy, PatientDatabase, open_database


class Absent:
    """A database that does not answer the first few times."""

    def __init__(self, inner, times):
        self.inner = inner
        self.times = times
        self.asked = 0
        self.dialect = inner.dialect

    def read(self, work):
        return self._answer(lambda: self.inner.read(work))

    def write(self, work, *, synced=True):
        return self._answer(lambda: self.inner.write(work, synced=synced))

    def _answer(self, unit):
        self.asked += 1
        if self.asked <= self.times:
            raise DatabaseBusy("away")
        return unit()


@pytest.fixture
def absent(tmp_path):
    inner = open_database(f"sqlite:///{tmp_path}/patient.db", schema="hub")
    yield lambda times: Absent(inner, times)
    inner.close()


def one(connection):
    return connection.exec_driver_sql("select 1").scalar()


@pytest.mark.parametrize("unit", ["read", "write"])
def test_a_unit_is_tried_again_until_the_database_answers(absent, unit):
    away = absent(2)
    patient = PatientDatabase(away, 20, lambda: False)

    assert getattr(patient, unit)(one) == 1
    assert away.asked == 3


def test_patience_ends(absent):
    away = absent(100)

    with pytest.raises(DatabaseBusy):
        PatientDatabase(away, 0.3, lambda: False).read(one)
    assert 1 <= away.asked <= 2


def test_who_is_asked_to_stop_waits_no_more(absent):
    away = absent(100)

    with pytest.raises(DatabaseBusy):
        PatientDatabase(away, 60, lambda: True).write(one)
    assert away.asked == 1


def test_what_else_goes_wrong_is_not_tried_again(absent):
    away = absent(0)

    def wrong(_connection):
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        PatientDatabase(away, 60, lambda: False).write(wrong)
    assert away.asked == 1
