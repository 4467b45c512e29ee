"""A moment while the enrolment is written down safely. Nothing to touch."""

from kiosk.ui.widgets import load_kv
from kiosk.ui.widgets.page import Page


class Saving(Page):
    pass


load_kv(__file__)
