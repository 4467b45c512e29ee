"""An alarm that somebody has ended is raised anew when its cause comes again, on either database."""

from sync.central import alarms
from sync.central.alarms import Kind

from .conftest import BOTH

pytestmark = BOTH


def test_an_alarm_comes_again_and_grows(database, clock):
    def raised(last: int) -> list[tuple[int, int]]:
        with database.write() as connection:
            alarms.raise_(connection, database, "a", Kind.GAP, [(3, last)], clock.wall_ms())
        with database.read() as connection:
            return [(one.first, one.last) for one in alarms.listed(connection)]

    assert raised(4) == [(3, 4)]
    assert raised(6) == [(3, 6)]
    assert alarms.close(database, "a", clock.wall_ms()) == 1
    assert raised(6) == [(3, 6)]
