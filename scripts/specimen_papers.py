"""Draws what is no e-KTP but prints numbers, for scripts/specimen: other cards, receipts, phone numbers, newspapers."""

import random

import cv2
import numpy as np
from specimen_cards import HEIGHT, WIDTH, Card, Pen, any_nik, ground, ktp
from specimen_looks import Looks

KINDS = ("kk", "bank", "bpjs", "member", "kia", "sim", "receipt", "phone", "newspaper")
WORDS = ("HARGA", "beras", "naik", "di pasar", "pada", "hari", "Senin", "warga", "dan", "pedagang", "menurut", "kepala")


def other(rng: random.Random, looks: Looks, kind: str) -> Card:
    """A card or paper that is no e-KTP: `kk`, `bank`, `bpjs`, `member`, `sim`, `receipt`, `phone`, …: one of KINDS."""
    if kind == "kia":
        return ktp(rng, looks, "kia")
    if kind == "newspaper":
        return newspaper(rng, looks)
    image = ground(rng, (rng.randint(150, 245), rng.randint(150, 245), rng.randint(150, 245)))
    pen = Pen(image, rng.choice(looks.inks))
    sans, bold = rng.choice(looks.sans), rng.choice(looks.bold)
    digits, born, woman, province, regency = any_nik(rng)
    name = f"{rng.choice(looks.given)} {rng.choice(looks.family)}"
    digit_font = rng.choice((sans, bold, looks.numbers[0]))
    birth = f"{regency.split()[-1]}, {born:%d-%m-%Y}"
    title, rows = {
        "kk": ("KARTU KELUARGA", [f"No. {digits}", f"Kepala Keluarga : {name}", *(f"{i} {any_nik(rng)[0]}  {birth}"
               for i in range(1, 6)), f"PROVINSI {province}"]),
        "bank": ("BANK REKAAN", ["", f"{rng.randint(4, 5)}{rng.randint(10**14, 10**15 - 1)}", "VALID 09/29", name]),
        "bpjs": ("KARTU INDONESIA SEHAT", [f"Nomor Kartu : 000{rng.randint(10**9, 10**10 - 1)}", f"Nama : {name}",
                 f"Tgl Lahir : {born:%d-%m-%Y}", f"NIK : {digits}", f"Alamat : {regency}", "Faskes : KLINIK"]),
        "member": ("KOPERASI PASAR REKAAN", [f"NIK : {digits}", f"Nama : {name}", birth,
                   "PEREMPUAN" if woman else "LAKI-LAKI", "ANGGOTA"]),
        "sim": ("SURAT IZIN MENGEMUDI", [f"{rng.randint(10**15, 10**16 - 1)}", f"1. {name}", f"2. {birth}",
                "3. O - PRIA", "4. JL. SPESIMEN 4", "5. PEDAGANG", f"6. {regency}"]),
        "receipt": ("TOKO REKAAN", [f"{rng.randint(10**15, 10**16 - 1)}", *(f"BARANG {i}  {rng.randint(10**5, 10**6)}"
                    for i in range(8)), f"NO {digits}", f"TOTAL {rng.randint(10**5, 10**7)}"]),
        "phone": ("HUBUNGI", [f"0812{rng.randint(10**11, 10**12 - 1)}", f"WA 628{rng.randint(10**12, 10**13 - 1)}",
                  f"NIK {digits}" if rng.random() < 0.3 else "BUKA 24 JAM"]),
    }[kind]  # fmt: skip
    pen.write(title, rng.randint(30, 300), 66, rng.randint(40, 52), bold)
    y = 150.0
    for text in rows:
        numeric = sum(c.isdigit() for c in text) >= 10
        size = rng.randint(40, 50) if numeric and len(text) < 24 else rng.randint(24, 32)
        pen.write(text, 40, y, size, digit_font if numeric and len(text) < 24 else sans)
        y += size + rng.randint(8, 20)
    pen.write("SPESIMEN", 40, HEIGHT - 14, 22, sans)
    return Card(image, kind)


def newspaper(rng: random.Random, looks: Looks) -> Card:
    """Columns of text with numbers in it, and one advertisement that prints sixteen digits."""
    image = np.full((HEIGHT, WIDTH, 3), rng.randint(190, 235), np.uint8)
    pen = Pen(image, (45, 45, 48))
    pen.write("KABAR PASAR REKAAN", 30, 62, 54, rng.choice(looks.bold))
    cv2.line(image, (30, 78), (WIDTH - 30, 78), pen.colour, 2)
    columns, size = rng.randint(3, 5), rng.randint(15, 20)
    wide = (WIDTH - 60) // columns
    font = rng.choice(looks.sans)
    for column in range(columns):
        x, y = 30 + column * wide, 108
        while y < HEIGHT - 40:
            line = ""
            while pen.width(f"{line} {WORDS[0]}", size, font) < wide - 50:
                number = rng.random() < 0.25
                line = f"{line} {rng.randint(1, 10 ** rng.randint(2, 7)) if number else rng.choice(WORDS)}".strip()
            pen.write(line, x, y, size, font)
            y += round(size * 1.35)
    digits = any_nik(rng)[0] if rng.random() < 0.5 else f"{rng.randint(10**15, 10**16 - 1)}"
    cv2.rectangle(image, (30, 470), (30 + 2 * wide, 590), (225, 225, 225), -1)
    pen.write("IKLAN  HUBUNGI", 44, 505, 28, font)
    pen.squeeze(digits, 44, 560, 44, rng.choice((*looks.numbers, font)), min(0.9, (2 * wide - 30) / 620))
    pen.write("SPESIMEN", 40, HEIGHT - 10, 22, font)
    return Card(image, "newspaper")
