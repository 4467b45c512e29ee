"""Makes fictional e-KTP frames, frames of other cards and sequences from a seed, with expected.csv beside them.

    scripts/specimen OUT --seed 1 --easy 20 --typical 100 --hard 100 --not-cards 50 --sequences 20

Every card says SPESIMEN and its serial begins at 9000. `--look a` and `--look b` share no font, ground or name: tune on
one and report on the other. `--roll` turns every card by that many degrees more (180: upside down). A sequence is five
jittered frames of one card, named …-0.jpg to …-4.jpg. The numbers want Debian's fonts-ocr-a.
"""

import argparse
import csv
import random
from dataclasses import replace
from pathlib import Path

import cv2
from specimen_cards import LOOKS, Card, Looks, ktp, other
from specimen_frames import counter, frame, jitter, spoil

COLUMNS = ("file", "kind", "grade", "expected", "name", "birth_place", "birth_date")
NOT_CARDS = ("blank", "kk", "bank", "bpjs", "member", "kia", "sim", "receipt", "phone")


class Maker:
    def __init__(self, out: Path, looks: Looks, roll: float) -> None:
        self.out, self.looks, self.roll = out, looks, roll
        self.rows: list[tuple[str, ...]] = []
        out.mkdir(parents=True, exist_ok=True)

    def make(self, rng: random.Random, name: str, grade: str, kind: str, frames: int) -> None:
        card: Card | None = None
        if kind == "ktp":
            card = ktp(rng, self.looks)
        elif kind != "blank":
            card = other(rng, self.looks, kind)
        how = spoil(rng, grade)
        how = replace(how, roll=how.roll + self.roll, scale=how.scale * (0.8 if 30 < abs(self.roll) % 180 < 150 else 1))
        scene, start = counter(rng), rng.getrandbits(32)
        for index in range(frames):
            file = f"{name}-{index}.jpg" if frames > 1 else f"{name}.jpg"
            again = random.Random(start)  # the same place, then what a moment changes
            picture, _ = frame(again, card.image if card else None, how if index == 0 else jitter(rng, how), scene)
            cv2.imwrite(str(self.out / file), picture, [cv2.IMWRITE_JPEG_QUALITY, 96])
            known = card is not None and kind == "ktp"
            born = card.born.isoformat() if card and card.born and known else ""
            said = (card.nik, card.name, card.place, born) if card and known else ("", "", "", "")
            self.rows.append((file, "ktp" if known else f"neg-{kind}", grade, *said))

    def finish(self) -> None:
        with (self.out / "expected.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(self.rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--look", choices=sorted(LOOKS), default="a")
    parser.add_argument("--roll", type=float, default=0.0)
    for grade in ("easy", "typical", "hard", "not-cards", "sequences"):
        parser.add_argument(f"--{grade}", type=int, default=0)
    asked = parser.parse_args()
    maker = Maker(asked.out, LOOKS[asked.look], asked.roll)
    for grade in ("easy", "typical", "hard"):
        for index in range(getattr(asked, grade)):
            rng = random.Random(f"{asked.seed} {grade} {index}")
            maker.make(rng, f"ktp-{grade}-{index:04}", grade, "ktp", 1)
    for index in range(asked.not_cards):
        kind = NOT_CARDS[index % len(NOT_CARDS)]
        maker.make(random.Random(f"{asked.seed} no {index}"), f"no-{kind}-{index:04}", "typical", kind, 1)
    for index in range(asked.sequences):
        grade = ("typical", "hard")[index % 2]
        maker.make(random.Random(f"{asked.seed} seq {index}"), f"seq-{grade}-{index:04}", grade, "ktp", 5)
    maker.finish()


if __name__ == "__main__":
    main()
