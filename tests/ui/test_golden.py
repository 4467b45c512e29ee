"""Every screen looks as it was last looked at, in three languages at four sizes; and a change does not pass unseen.

After a wanted change: scripts/screens --golden, look at the pictures that git shows as changed, keep them.
"""

import os
import subprocess
import sys

import cv2
import golden
import numpy as np
import pytest
from conftest import SIZE, SIZES

NAME = next(name for name, size in SIZES.items() if size == SIZE)
ANEW = "KIOSK_GOLDEN" in os.environ  # keep today's
SCENES = golden.SIZES[NAME]
LOOKED_AT = (
    golden.LANGUAGES if ANEW or NAME in ("tall", "wide", "small") else ("jv",)
)  # the longest, where there is most room
ONCE = pytest.mark.skipif("KIOSK_TEST_SIZE" in os.environ, reason="once is enough")


@pytest.fixture(scope="module")
def today(_front):  # type: ignore[no-untyped-def]
    """Every scene in every language. One language after the other, since a change of it goes through every page."""
    from kivy.core.window import Window

    _front.anew()
    shots = {}
    for language in LOOKED_AT:
        for scene in SCENES:
            if language in golden.languages(scene):
                _front.scene(scene, language)
                shots[scene, language] = golden.small(golden.drawn(Window))
    return shots


@pytest.mark.parametrize("scene", SCENES)
def test_it_looks_as_kept(today, scene: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    if ANEW:
        golden.keep(NAME, scene, [today[scene, language] for language in golden.languages(scene)])
    for language in golden.languages(scene):
        if language not in LOOKED_AT:
            continue
        found = golden.difference(golden.kept(NAME, scene, language), today[scene, language])
        if found > golden.MANY:
            cv2.imwrite(str(tmp_path / f"{scene}.{language}.png"), today[scene, language])
        assert found <= golden.MANY, f"{scene} at {NAME} looks otherwise: {tmp_path}, and scripts/screens --golden"


@ONCE
@pytest.mark.parametrize("size", [size for size in golden.SIZES if size != "tall"])
def test_the_other_sizes_look_as_kept(size: str) -> None:
    """One window per process."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "-k", "as_kept", __file__],
        env=os.environ | {"KIOSK_TEST_SIZE": size},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_kept_pictures_are_all_there_and_small() -> None:
    there = {path.relative_to(golden.FOLDER).as_posix() for path in golden.FOLDER.rglob("*.webp")}
    assert there == {f"{size}/{scene}.webp" for size, scenes in golden.SIZES.items() for scene in scenes}
    assert sum(path.stat().st_size for path in golden.FOLDER.rglob("*.webp")) < 6_500_000


@ONCE
class TestAChangeIsSeen:
    """A change is planted into the screen as it stands, in Indonesian."""

    def unlike(self, stage, scene: str) -> int:  # type: ignore[no-untyped-def]
        from kivy.core.window import Window

        stage.frames(2)
        return golden.difference(golden.kept(NAME, scene, "id"), golden.small(golden.drawn(Window)))

    def test_a_lost_button(self, stage) -> None:  # type: ignore[no-untyped-def]
        page = stage.scene("programme", "id")
        savings = next(w for w in page.walk() if getattr(w, "target", "") == "savings")
        savings.opacity = 0
        found = self.unlike(stage, "programme")
        savings.opacity = 1
        assert found > 2 * golden.MANY

    @pytest.mark.parametrize(("answer", "new"), [("programme", "Celaka saja"), ("income", "Rp\u00a01.900.000")])
    def test_another_word_or_digit(self, stage, answer: str, new: str) -> None:  # type: ignore[no-untyped-def]
        page = stage.scene("check", "id")
        next(w for w in page.walk() if getattr(w, "target", "") == f"change.{answer}").value = new
        assert self.unlike(stage, "check") > golden.MANY

    def test_a_shifted_column(self, stage) -> None:  # type: ignore[no-untyped-def]
        from kiosk.ui import theme

        body = stage.scene("occupation", "id").ids.body
        before, body.padding = list(body.padding), [body.padding[0] + theme.mm(3), *body.padding[1:]]
        found = self.unlike(stage, "occupation")
        body.padding = before
        assert found > 2 * golden.MANY

    def test_another_colour(self, stage) -> None:  # type: ignore[no-untyped-def]
        page = stage.scene("consent", "id")
        agree = next(w for w in page.walk() if getattr(w, "target", "") == "go")
        agree.kind = "blue"
        found = self.unlike(stage, "consent")
        agree.kind = "go"
        assert found > 2 * golden.MANY


@ONCE
@pytest.mark.parametrize("scene", ["check", "consent", "understand-death"])
def test_another_machine_is_no_change(stage, scene: str) -> None:  # type: ignore[no-untyped-def]
    """What another driver, or another build of FreeType, makes of the same screen."""
    from kivy.core.window import Window

    stage.scene(scene, "id")
    full = golden.drawn(Window)
    soft = cv2.GaussianBlur(full, (0, 0), 0.8)
    others = {
        "thinner letters": soft,
        "thicker letters": cv2.addWeighted(full, 1.5, soft, -0.5, 0),
        "paler": cv2.convertScaleAbs(full, alpha=0.96, beta=4),
        "a pixel beside": np.roll(full, (1, 1), (0, 1)),
    }
    here = golden.unpacked(golden.packed(golden.small(full)))
    for name, other in others.items():
        assert golden.difference(here, golden.small(np.ascontiguousarray(other))) <= golden.MANY, name
