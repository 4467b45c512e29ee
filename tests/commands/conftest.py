"""A provisioned kiosk in a throw-away home, opened as the commands open it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.bootstrap import Kiosk, open_kiosk
from kiosk.clock import StillClock
from kiosk.settings import Settings
from kiosk.store.identity import Identity


@pytest.fixture
def kiosk(tmp_path: Path, config: Settings, clock: StillClock, identity: Identity) -> Iterator[Kiosk]:
    opened = open_kiosk(tmp_path, config, clock)
    yield opened
    opened.close()
