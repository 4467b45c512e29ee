"""The officer's flow: the door, the home page, and behind it the rooms, one file each with its events and requests."""

from collections.abc import Mapping

from kiosk.journey.officer import door, health, home, queue, record, service, settings, stock
from kiosk.journey.step import Step

# Each file gives its rows; the first of ROOMS is the first tile of the home page.
ROOMS: tuple[str, ...] = ("health", "stock", "queue", "setup", "service", "record")

OFFICER: Mapping[str, Step] = {
    step.name: step
    for step in (
        *door.steps(),
        *home.steps(ROOMS),
        *health.steps(),
        *stock.steps(),
        *queue.steps(),
        *settings.steps(),
        *service.steps(),
        *record.steps(),
    )
}
