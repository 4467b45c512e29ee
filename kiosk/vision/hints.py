"""What a person could change so that the card can be read: message ids, cheapest tests first."""

import cv2
import numpy as np

from kiosk.vision.locate import Image, Line

CLOSER = "hint.closer"
HOLD_STILL = "hint.hold_still"
TOO_DARK = "hint.too_dark"
GLARE = "hint.glare"
NO_CARD = "hint.no_card"
NOT_KTP = "hint.not_ktp"
UNREADABLE = "hint.unreadable"

DARK_LEVEL = 28  # of 255; the brightest tenth of the picture is darker than this
GLARE_LEVEL = 250
GLARE_SHARE = 0.015
SHARP_ENOUGH = 35.0  # variance of the Laplacian on a line that is straightened to 48 pixels
SMALL_PX = 15  # height of digits in the frame under which they are too far away
FEW_LETTERS = 25


def too_dark(gray: Image) -> bool:
    return float(np.percentile(gray[::8, ::8], 90)) < DARK_LEVEL


def glaring(gray: Image) -> bool:
    """Whether a spot is burnt out: bright to the limit while most of the picture is not."""
    thumb = gray[::4, ::4]
    share = float((thumb >= GLARE_LEVEL).mean())
    return GLARE_SHARE < share < 0.4 and float(np.median(thumb)) < 215


def for_line(gray: Image, line: Line, strip: Image) -> str:
    """Why a line that looks like the number could not be read. strip: the line as 48×W×3."""
    if line.height < SMALL_PX:
        return CLOSER
    if glaring(gray):
        return GLARE
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    if cv2.Laplacian(grey, cv2.CV_64F).var() < SHARP_ENOUGH:
        return HOLD_STILL
    return UNREADABLE


def without_line(gray: Image, letters: int) -> str:
    """Nothing that looks like the number was found."""
    if too_dark(gray):
        return TOO_DARK
    return NO_CARD if letters < FEW_LETTERS else CLOSER
