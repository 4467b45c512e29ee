"""Draws members' cards with a code for scripts/specimen, in seven symbologies at the size that they are printed in."""

import random

import cv2
import numpy as np
import zxingcpp
from specimen_cards import HEIGHT, WIDTH, Card, Pen, any_nik, ground
from specimen_looks import Looks
from zxingcpp import BarcodeFormat

SYMBOLOGIES = {
    "qr": BarcodeFormat.QRCode,
    "code128": BarcodeFormat.Code128,
    "code39": BarcodeFormat.Code39,
    "pdf417": BarcodeFormat.PDF417,
    "datamatrix": BarcodeFormat.DataMatrix,
    "ean13": BarcodeFormat.EAN13,
    "itf": BarcodeFormat.ITF,
}
SQUARE = ("qr", "datamatrix")
PX_PER_MM = WIDTH / 85.6


def payload(rng: random.Random, looks: Looks, symbology: str) -> str:
    """What such a card carries: a NIK, an association's member code, a slip, or a number without meaning for us."""
    digits, born, *_ = any_nik(rng)
    name = f"{rng.choice(looks.given)} {rng.choice(looks.family)}"
    match symbology:
        case "ean13":
            body = f"899{rng.randint(10**8, 10**9 - 1)}"
            return body + str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(body)) % 10)
        case "code39":
            return f"KOP{rng.randint(10**5, 10**6 - 1)}"
        case "code128" | "itf":
            return digits
        case "pdf417":
            return f"{digits}|{name}|{born:%d-%m-%Y}"
        case _:
            return rng.choice((digits, f"KOP:{digits}", f"{digits}|{name}|{born:%d-%m-%Y}"))


def member(rng: random.Random, looks: Looks, symbology: str) -> tuple[Card, str]:
    """The card and its code's payload."""
    image = ground(rng, (rng.randint(150, 245), rng.randint(150, 245), rng.randint(150, 245)))
    pen = Pen(image, rng.choice(looks.inks))
    text = payload(rng, looks, symbology)
    pen.write("KARTU ANGGOTA PASAR REKAAN", 46, 74, rng.randint(36, 42), rng.choice(looks.bold))
    pen.write(f"{rng.choice(looks.given)} {rng.choice(looks.family)}", 46, 122, 30, rng.choice(looks.sans))
    code = zxingcpp.create_barcode(text, SYMBOLOGIES[symbology])
    bars = np.array(zxingcpp.write_barcode_to_image(code, scale=8, add_quiet_zones=True))
    if symbology in SQUARE:
        width = height = round(rng.uniform(24, 30) * PX_PER_MM)
    else:
        width = round((37 if symbology == "ean13" else rng.uniform(50, 56)) * PX_PER_MM)
        height = round((13 if symbology == "pdf417" else rng.uniform(12, 16)) * PX_PER_MM)
    drawn = cv2.resize(bars, (width, height), interpolation=cv2.INTER_AREA)
    x, y = rng.randint(60, WIDTH - width - 60), rng.randint(180, HEIGHT - height - 70)
    cv2.rectangle(image, (x - 24, y - 22), (x + width + 24, y + height + 22), (250, 252, 252), -1)
    image[y : y + height, x : x + width] = drawn[..., None]
    pen.write("SPESIMEN", 46, HEIGHT - 16, 24, looks.bold[0])
    return Card(image, symbology), text
