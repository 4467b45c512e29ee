"""One screen per step of the flow, found by the step's name: `still_there` is StillThere in still_there.py and .kv.

An officer's step has its screen in ui/officer.
"""

import importlib

from kiosk.journey.flow import OFFICER
from kiosk.ui.widgets.page import Page


def make(step: str) -> Page:
    folder = "kiosk.ui.officer" if step in OFFICER else __name__
    module = importlib.import_module(f"{folder}.{step}")
    screen: type[Page] = getattr(module, "".join(part.title() for part in step.split("_")))
    return screen(step)
