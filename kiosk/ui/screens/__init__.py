"""One screen per step of the flow, found by the step's name: `still_there` is StillThere in still_there.py and .kv."""

import importlib

from kiosk.ui.widgets.page import Page


def make(step: str) -> Page:
    module = importlib.import_module(f"{__name__}.{step}")
    screen: type[Page] = getattr(module, "".join(part.title() for part in step.split("_")))
    return screen(step)
