"""The kept pictures of the screens, and what counts as another picture.

One WebP a screen and size, its languages side by side and small: `golden/<size>/<scene>.webp`. Two machines draw
letters and edges a little differently, so a pixel only counts when no neighbour of the other picture is like it; a
screen is another one when some such pixels lie together, as after a lost button, another word, a shifted column.
"""

from pathlib import Path
from typing import Any

import cv2
import fakes
import numpy as np
import officer_scenes
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height × width × BGR

FOLDER = Path(__file__).parent / "golden"
LANGUAGES = ("id", "jv", "en")
SCENES = (
    *("attract", "language", "language-sheet", "consent", "consent-notice", "scan", "nik", "nik-notice", "confirm"),
    *("birth", "married", "name", "occupation", "employer", "income", "income-daily", "understand", "savings"),
    *("understand-death", "understand-old-age", "questions", "questions-card", "programme", "programme-full", "phone"),
    *("association", "association-typing", "check", "check-long", "saving", "receipt", "receipt-unknown", "stop"),
    *(
        "enrolled-waiting",
        "enrolled-number",
        "enrolled-due",
        "enrolled-refused-phone",
        "sorry",
        "closed",
        "still_there",
        "help",
    ),
)
LIVE = ("try-camera", "try-camera-read", "join")  # the camera's picture may not have come yet
OFFICER = tuple(  # kept in Indonesian alone
    name for name, _, _ in officer_scenes.scenes(fakes.context()) if name not in LIVE
)
SIZES = {  # which scenes are kept
    "tall": (*SCENES, *OFFICER),
    "large": SCENES,
    "wide": SCENES,
    "full": SCENES,
    "small": OFFICER,
}
WIDE_PX, TALL_PX = 400, 300  # width of one kept picture
GAP_PX = 4
QUALITY = 66  # of 100
SOFT_PX = 0.9  # how much both are softened before they are compared
STRANGE = 28  # levels of 255 that a pixel may differ from what is around it in the other picture
PATCH_PX, MANY = 12, 3  # more strange pixels than this in a square of that side are another picture


def drawn(window: Any) -> Picture:
    """What the window shows when it is drawn now."""
    from kivy.graphics.opengl import GL_PACK_ALIGNMENT, GL_RGB, GL_UNSIGNED_BYTE, glPixelStorei, glReadPixels

    window.dispatch("on_draw")
    glPixelStorei(GL_PACK_ALIGNMENT, 1)  # rows follow each other without a gap
    width, height = window.size
    raw = np.frombuffer(glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE), np.uint8)
    return np.ascontiguousarray(raw.reshape(height, width, 3)[::-1, :, ::-1])


def small(pixels: Picture) -> Picture:
    """A whole screen, as large as it is kept."""
    height, width = pixels.shape[:2]
    target = WIDE_PX if width > height else TALL_PX
    return np.asarray(cv2.resize(pixels, (target, target * height // width), interpolation=cv2.INTER_AREA), np.uint8)


def difference(kept: Picture, today: Picture) -> int:
    """The most strange pixels that lie in one square; more than MANY are another picture."""
    if kept.shape != today.shape:
        return kept.size
    one, other = (np.asarray(cv2.GaussianBlur(picture, (0, 0), SOFT_PX)) for picture in (kept, unpacked(packed(today))))
    strange = (unlike(one, other) | unlike(other, one)).astype(np.float32)
    side = (PATCH_PX, PATCH_PX)
    return round(float(cv2.boxFilter(strange, -1, side, normalize=False, borderType=cv2.BORDER_CONSTANT).max()))


def unlike(picture: Picture, other: Picture) -> NDArray[np.bool_]:
    """Pixels of `picture` that are like nothing beside them in `other`."""
    around = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(other, around), cv2.dilate(other, around)
    return np.asarray(np.maximum(cv2.subtract(low, picture), cv2.subtract(picture, high)).max(axis=2) > STRANGE)


def packed(picture: Picture) -> bytes:
    return cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])[1].tobytes()


def unpacked(webp: bytes) -> Picture:
    """With the little that the format loses."""
    return np.asarray(cv2.imdecode(np.frombuffer(webp, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def path(size: str, scene: str) -> Path:
    return FOLDER / size / f"{scene}.webp"


def languages(scene: str) -> tuple[str, ...]:
    return LANGUAGES[:1] if scene in OFFICER else LANGUAGES


def keep(size: str, scene: str, pictures: list[Picture]) -> None:
    """One picture for each of its languages, side by side with a white gap."""
    gap = np.full((pictures[0].shape[0], GAP_PX, 3), 255, np.uint8)
    path(size, scene).parent.mkdir(parents=True, exist_ok=True)
    path(size, scene).write_bytes(packed(np.hstack([part for picture in pictures for part in (picture, gap)][:-1])))


def kept(size: str, scene: str, language: str) -> Picture:
    whole = unpacked(path(size, scene).read_bytes())
    width = (whole.shape[1] + GAP_PX) // len(languages(scene))
    left = languages(scene).index(language) * width
    return np.ascontiguousarray(whole[:, left : left + width - GAP_PX])
