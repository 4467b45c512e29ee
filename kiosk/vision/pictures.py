"""Pictures and clips from files to frames (H×W×3 uint8 BGR), whatever depth, alpha or orientation they come in."""

import os
import re
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import PictureError

Frame = npt.NDArray[np.uint8]

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".apng", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
)
CLIP_SUFFIXES = frozenset({".avi", ".mp4", ".mkv", ".mov", ".webm", ".m4v", ".mjpeg", ".mjpg", ".mpg"})
STREAMS = frozenset({".mjpeg", ".mjpg"})  # clips that begin like a picture
PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8|BM|RIFF....WEBP|II\*\0|MM\0\*|P[1-6]\s", re.DOTALL)
CLIP = re.compile(rb"RIFF....AVI |....ftyp(?!avi|hei|mif)|\x1aE\xdf\xa3|\0\0\x01[\xb3\xba]", re.DOTALL)
LARGEST_BYTES = 80_000_000
LARGEST_PIXELS = 120_000_000  # a small file can ask for gigabytes
USUAL_FPS = 25.0
FPS = (1.0, 240.0)  # believable rates of a clip


# A broken clip is told in one sentence of ours; what FFmpeg says about its every block is no use to anyone.
os.putenv("OPENCV_FFMPEG_LOGLEVEL", "-8")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def is_clip(path: Path) -> bool:
    """By what the file begins with; by its name when that says nothing or cannot be read."""
    suffix = path.suffix.lower()
    try:
        if path.is_file() and suffix not in STREAMS:
            with path.open("rb") as file:
                start = file.read(16)
            if PICTURE.match(start) or CLIP.match(start):
                return CLIP.match(start) is not None
    except OSError:
        return suffix in CLIP_SUFFIXES  # whoever opens it next says why it cannot be read
    return suffix in CLIP_SUFFIXES


def load(path: Path) -> Frame:
    """The picture in `path`, the first one of an animation, turned as its EXIF says.

    Grey is widened, 16 bits are narrowed, alpha is laid on white.
    Raises PictureError: `picture.missing`, `picture.too_large`, `picture.unreadable`.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size == 0:  # a pipe would never end
            raise PictureError("picture.unreadable", file=path.name)
        if found.st_size > LARGEST_BYTES:
            raise PictureError("picture.too_large", file=path.name)
        raw = np.fromfile(path, dtype=np.uint8)
    except FileNotFoundError as error:
        raise PictureError("picture.missing", file=path.name) from error
    except OSError as error:
        raise PictureError("picture.unreadable", file=path.name) from error
    width, height = _promised_size(raw.tobytes()) if raw.size else (0, 0)
    if width * height > LARGEST_PIXELS:
        raise PictureError("picture.too_large", file=path.name)
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
    turned = cv2.imdecode(raw, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)  # without UNCHANGED it obeys EXIF
    if turned is None:
        raise PictureError("picture.unreadable", file=path.name)
    return _eight_bit(turned)


def _promised_size(raw: bytes) -> tuple[int, int]:
    """Width and height that the header names, before a byte is decoded; (0, 0) when it is not known here.

    PNG: IHDR; GIF: screen descriptor; BMP: info header; WebP: VP8X canvas; JPEG: the first frame header (SOF).
    """
    for start, where, read in _SIZES:
        if re.match(start, raw, re.DOTALL) and len(raw) >= where + 8:
            return read(raw[where : where + 8])
    if raw.startswith(b"\xff\xd8"):
        at = 2
        while at + 9 <= len(raw) and raw[at] == 0xFF:
            marker, length = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4], "big")
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
                height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
                return width, height
            at += 2 + length
    return 0, 0


_SIZES: tuple[tuple[bytes, int, Callable[[bytes], tuple[int, int]]], ...] = (
    (rb"\x89PNG", 16, lambda b: struct.unpack(">II", b)),
    (rb"GIF8", 6, lambda b: struct.unpack("<HH", b[:4])),
    (rb"BM", 18, lambda b: tuple(abs(v) for v in struct.unpack("<ii", b))),
    (rb"RIFF....WEBPVP8X", 24, lambda b: (1 + int.from_bytes(b[:3], "little"), 1 + int.from_bytes(b[3:6], "little"))),
)


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
    if not path.is_file():
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
