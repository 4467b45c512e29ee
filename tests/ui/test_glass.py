"""What a finger and an eye need: size, contrast, everything inside the glass, in both layouts."""

import os
import subprocess
import sys

import officer_scenes
import pytest
import scenes
from conftest import SIZE
from fakes import context

from kiosk.ui import theme

LANGUAGES = ("id", "jv", "en")
SMALL = os.environ.get("KIOSK_TEST_SIZE") == "small"
OFFICERS = [name for name, _, _ in officer_scenes.scenes(context())]
TRADERS = [name for name, _, _ in scenes.scenes(context()) if name not in OFFICERS]
# An officer's screens have the least room on the small panel; elsewhere the longest language says enough.
LOOKS = [(name, language) for language in LANGUAGES for name in (() if SMALL else TRADERS)]
LOOKS += [(name, language) for language in (LANGUAGES if SMALL else ("jv",)) for name in OFFICERS]
LEAST_MM, LEAST_TEXT_MM, RATIO = 14.9, 6.7, 7.0


def shown(widget) -> bool:  # type: ignore[no-untyped-def]
    while widget is not None and widget.parent is not widget:
        if widget.opacity == 0:
            return False
        widget = widget.parent
    return True


def overlapping(targets):  # type: ignore[no-untyped-def]
    boxes = list(targets.items())
    return [
        (one, other)
        for at, (one, (x, y, w, h)) in enumerate(boxes)
        for other, (x2, y2, w2, h2) in boxes[at + 1 :]
        if x + 1 < x2 + w2 and x2 + 1 < x + w and y + 1 < y2 + h2 and y2 + 1 < y + h
    ]


def touchable_above(widget):  # type: ignore[no-untyped-def]
    from kiosk.ui.widgets.button import Touchable

    while widget is not None and widget.parent is not widget:
        if isinstance(widget, Touchable):
            return widget
        widget = widget.parent
    return None


def lies_in(widget, bars) -> bool:  # type: ignore[no-untyped-def]
    while widget is not None and widget.parent is not widget:
        if widget in bars:
            return True
        widget = widget.parent
    return False


def broken_word(label) -> bool:  # type: ignore[no-untyped-def]
    """Whether a line ends in the middle of a word, because the word is wider than its box."""
    if not label.text_size[0] or label.shorten or label.font_name == "icons":
        return False
    words = label.text.split()
    lines = [" ".join(word.text for word in line.words) for line in label._label._cached_lines]
    shown_words = [word for line in lines for word in line.split()]
    return bool(lines) and not label.markup and len(shown_words) > len(words)


def ground_of(widget):  # type: ignore[no-untyped-def]
    while True:
        ground = getattr(widget, "ground", None)
        if ground is not None:
            return ground
        widget = widget.parent


@pytest.mark.parametrize(("name", "language"), LOOKS)
def test_every_screen(stage, name: str, language: str) -> None:  # type: ignore[no-untyped-def]
    from kivy.uix.label import Label

    page = stage.scene(name, language)
    width, height = SIZE[:2]
    bars = [bar for bar in (page.ids.header, page.ids.footer) if bar.height > 1 and not stage.front.sheet]
    for target, (x, y, w, h) in stage.targets().items():
        assert min(theme.true_mm(w), theme.true_mm(h)) >= LEAST_MM, target
        inside = x >= 0 and y >= 0 and x + w <= width + 1 and y + h <= height + 1
        assert inside, target
        for at_x, at_y in ((2, 2), (w - 2, 2), (w / 2, h / 2), (2, h - 2), (w - 2, h - 2)):
            assert stage.pressed_by(x + at_x, height - y - at_y) == target, (target, at_x, at_y)
    assert not overlapping(stage.targets())
    for label in page.walk():
        if not isinstance(label, Label) or not label.text.strip() or not shown(label):
            continue
        assert theme.contrast(tuple(label.color), tuple(ground_of(label))) >= RATIO, label.text
        assert theme.true_mm(label.font_size) >= LEAST_TEXT_MM or label.font_name == "icons", label.text
        box = touchable_above(label)
        if box is not None:
            assert label.texture_size[1] <= box.height + 2, f"higher than its box: {label.text}"
            within = label.y >= box.y - 3 and label.top <= box.top + 3
            assert within, f"out of its box: {label.text}"
            across = abs(label.center_x - box.center_x) + label.texture_size[0] / 2
            assert across <= box.width / 2 + 1, f"wider than its box: {label.text}"
        x, y = label.to_window(label.x, label.y)
        text_w, text_h = label.texture_size
        assert text_w <= label.width + 2 or not label.text_size[0], f"too wide: {label.text}"
        within = y >= -1 and y + label.height <= height + 1
        assert within, f"outside: {label.text}"
        if label.text_size[1]:
            assert text_h <= label.text_size[1] + 2, f"clipped: {label.text}"
        assert not broken_word(label), f"a word is broken: {label.text}"
        for bar in () if lies_in(label, bars) else bars:
            assert y + text_h <= bar.y + 1 or bar.top <= y + 1, f"on a bar: {label.text}"


@pytest.mark.skipif("KIOSK_TEST_SIZE" in os.environ, reason="the other sizes run inside")
@pytest.mark.parametrize(
    ("size", "which"), [("wide", "every_screen"), ("large", "jv"), ("full", "jv"), ("small", "small or every_screen")]
)
def test_the_other_sizes(size: str, which: str) -> None:
    """One window per process: the same tests again on the other panels; the larger ones in one language."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider", "-k", which, __file__],
        env=os.environ | {"KIOSK_TEST_SIZE": size},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.skipif(os.environ.get("KIOSK_TEST_SIZE") != "small", reason="only on the small panel")
def test_a_small_panel_says_kindly_that_it_is_for_officers(stage) -> None:  # type: ignore[no-untyped-def]
    from kivy.uix.label import Label

    stage.front._ask_status()
    stage.until(lambda: stage.front.visit.step == "closed")
    stage.frames(12)
    page = stage.front.page
    assert page.why == stage.front.tr._("closed.panel")
    stage.touch(400, 240)
    assert stage.front.visit.step == "closed"
    for label in page.walk():
        if isinstance(label, Label) and label.text and shown(label):
            _, y = label.to_window(label.x, label.y)
            assert (y >= 0, y + label.height <= SIZE[1]) == (True, True), (label.text, y, label.height)
