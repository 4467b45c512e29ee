"""Pictures and clips from files to frames (H×W×3 uint8 BGR), whatever depth, alpha or orientation they come in."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import PictureError

Frame = npt.NDArray[np.uint8]

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
CLIP_SUFFIXES = frozenset({".avi", ".mp4", ".mkv", ".mov", ".webm", ".m4v", ".mjpeg", ".mpg"})
LARGEST_BYTES = 80_000_000
USUAL_FPS = 25.0
FPS = (1.0, 240.0)  # believable rates of a clip


def is_clip(path: Path) -> bool:
    return path.suffix.lower() in CLIP_SUFFIXES


def load(path: Path) -> Frame:
    """The picture in `path`, turned as its EXIF says, grey and 16-bit ones widened or narrowed, alpha laid on white.

    Raises PictureError: `picture.missing`, `picture.too_large`, `picture.unreadable`.
    """
    try:
        if path.is_dir():
            raise PictureError("picture.unreadable", file=path.name)
        if path.stat().st_size > LARGEST_BYTES:
            raise PictureError("picture.too_large", file=path.name)
        raw = np.fromfile(path, dtype=np.uint8)
    except FileNotFoundError as error:
        raise PictureError("picture.missing", file=path.name) from error
    except OSError as error:
        raise PictureError("picture.unreadable", file=path.name) from error
    if raw.size == 0:
        raise PictureError("picture.unreadable", file=path.name)
    try:
        return _decoded(raw, path)
    except (cv2.error, MemoryError, ValueError) as error:
        too_large = isinstance(error, MemoryError) or "CV_IO_MAX_IMAGE" in str(error)
        raise PictureError("picture.too_large" if too_large else "picture.unreadable", file=path.name) from error


def _decoded(raw: npt.NDArray[np.uint8], path: Path) -> Frame:
    as_stored = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED)
    if as_stored is None or as_stored.size == 0:
        raise PictureError("picture.unreadable", file=path.name)
    if as_stored.ndim == 3 and as_stored.shape[2] == 4:
        return _on_white(_eight_bit(as_stored))
    if as_stored.dtype == np.uint8:
        turned = cv2.imdecode(raw, cv2.IMREAD_COLOR)  # the only way of reading that obeys EXIF
        if turned is not None:
            return np.asarray(turned, dtype=np.uint8)
    picture = _eight_bit(as_stored)
    if picture.ndim == 2 or picture.shape[2] == 1:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    return np.ascontiguousarray(picture[:, :, :3])


def _eight_bit(picture: npt.NDArray[np.generic]) -> Frame:
    """16-bit and floating pictures stretched to what they hold: a scanner's 12 bits in 16 would look black."""
    if picture.dtype == np.uint8:
        return np.asarray(picture, dtype=np.uint8)
    values = np.nan_to_num(np.asarray(picture, dtype=np.float32))
    low, high = float(values.min()), float(values.max())
    if picture.dtype == np.uint16 and high > 0xFFF:
        low, high = 0.0, 65535.0
    return np.asarray(np.clip((values - low) * (255.0 / max(high - low, 1e-6)), 0, 255), dtype=np.uint8)


def _on_white(picture: Frame) -> Frame:
    alpha = picture[:, :, 3:].astype(np.uint16)
    colour = picture[:, :, :3].astype(np.uint16)
    return np.asarray((colour * alpha + 255 * (255 - alpha)) // 255, dtype=np.uint8)


def frames(path: Path) -> Iterator[tuple[int, Frame]]:
    """The clip's frames with their time in milliseconds from its start.

    Raises PictureError: `picture.missing`; `clip.unreadable` when it cannot be opened, `clip.empty` when it holds no
    frame, `clip.broken` when it ends well before the length that its header names.
    """
    if not path.exists():
        raise PictureError("picture.missing", file=path.name)
    if path.is_dir():
        raise PictureError("clip.unreadable", file=path.name)
    try:
        clip = cv2.VideoCapture(str(path))
    except cv2.error as error:
        raise PictureError("clip.unreadable", file=path.name) from error
    try:
        if not clip.isOpened():
            raise PictureError("clip.unreadable" if path.stat().st_size else "clip.empty", file=path.name)
        rate = clip.get(cv2.CAP_PROP_FPS)
        rate = rate if FPS[0] <= rate <= FPS[1] else USUAL_FPS
        promised = clip.get(cv2.CAP_PROP_FRAME_COUNT)
        count = 0
        while True:
            frame = _next(clip)
            if frame is None:
                break
            yield round(count * 1000 / rate), frame
            count += 1
        if count == 0:
            raise PictureError("clip.empty", file=path.name)
        if 0 < promised < 1e7 and count < 0.9 * promised - 2:
            raise PictureError("clip.broken", file=path.name, frames=count)
    finally:
        clip.release()


def _next(clip: cv2.VideoCapture) -> Frame | None:
    try:
        there, frame = clip.read()
    except cv2.error:
        return None
    if not there or frame is None or frame.size == 0:
        return None
    if frame.ndim == 2:
        frame = cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR)
    return np.asarray(frame, dtype=np.uint8)
