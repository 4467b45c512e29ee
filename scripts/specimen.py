"""Makes fictional e-KTP frames, frames of other cards, codes, sequences and clips, with expected.csv beside them.

    scripts/specimen OUT --seed 1 --easy 20 --typical 100 --hard 100 --not-cards 50 --sequences 20 --clips 10

Every card says SPESIMEN and its serial begins at 9000. The looks share no font, ground or name: tune on a, report on b
and c. The same arguments give the same files. `--roll` turns every card by that many degrees more (180: upside down).

    easy, typical, hard   new cards under ever worse blur, glare, noise, light, motion, tilt, fingers, JPEG and wear
    old                   yellowed and faded cards in another print, and photocopies
    poor                  a webcam of 640×480 in little light
    covered               a finger lies on the number: nothing can be read, so nothing may be
    not-cards             empty counters, family and bank cards, licences, receipts, phone numbers, newspapers …
    codes                 members' cards in seven symbologies
    sequences             five jittered frames of one card, named …-0.jpg to …-4.jpg
    clips                 a card comes, is held and goes; `phases` names each frame: empty, in, hold or out
"""

import argparse
import csv
import json
from pathlib import Path

import cv2
from specimen_frames import GRADES, SIZE
from specimen_looks import LOOKS
from specimen_sets import Made, Recipe

SPOILT = ("scale", "tilt", "roll", "blur", "motion", "noise", "gain", "glare", "poor", "worn")
COLUMNS = ("file", "kind", "grade", "expected", "name", "birth_place", "birth_date", "sex", "quad", "nik_quad")
SEVERAL = ("not-cards", "codes", "sequences", "clips")


class Writer:
    """Files of one set, and a row for each."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.rows: list[dict[str, object]] = []
        out.mkdir(parents=True, exist_ok=True)

    def pictures(self, made: Made, stem: str) -> None:
        frames = list(made.frames)
        for index, picture in enumerate(frames):
            file = f"{stem}-{index}.jpg" if len(frames) > 1 else f"{stem}.jpg"
            cv2.imwrite(str(self.out / file), picture, [cv2.IMWRITE_JPEG_QUALITY, 96])
            self._row(file, made)

    def clip(self, made: Made, stem: str, fps: int) -> None:
        file = f"{stem}.avi"
        kind = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(self.out / file), cv2.CAP_OPENCV_MJPEG, kind, fps, SIZE)
        if not writer.isOpened():
            raise SystemExit(f"{file} cannot be written")
        for picture in made.frames:
            writer.write(picture if picture.shape[1::-1] == SIZE else cv2.resize(picture, SIZE))
        writer.release()
        self._row(file, made)

    def _row(self, file: str, made: Made) -> None:
        row: dict[str, object] = {"file": file, "kind": made.kind, "grade": made.grade, "expected": made.expected}
        card = made.card
        if card is not None and card.nik and made.kind in ("ktp", "clip-ktp"):
            born = card.born.isoformat() if card.born else ""
            row |= {"name": card.name, "birth_place": card.place, "birth_date": born, "sex": card.sex}
        row |= {name: round(float(getattr(made.how, name)), 3) for name in SPOILT}
        for name in ("quad", "nik_quad"):
            corners = getattr(made, name)
            row[name] = json.dumps([[round(x, 1), round(y, 1)] for x, y in corners]) if corners else ""
        row["phases"] = " ".join(made.phases)
        self.rows.append(row)

    def finish(self) -> None:
        with (self.out / "expected.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, (*COLUMNS, *SPOILT, "phases"), restval="")
            writer.writeheader()
            writer.writerows(self.rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--look", choices=sorted(LOOKS), default="a")
    parser.add_argument("--roll", type=float, default=0.0)
    parser.add_argument("--first", type=int, default=0, metavar="INDEX", help="of each kind: to make one again")
    parser.add_argument("--fps", type=int, choices=(15, 30), default=15, help="of the clips")
    for kind in (*GRADES, *SEVERAL):
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N")
    asked = parser.parse_args()
    recipe, writer = Recipe(asked.seed, asked.look, asked.roll), Writer(asked.out)

    def wanted(count: int) -> range:
        return range(asked.first, asked.first + count)

    for grade in GRADES:
        for index in wanted(getattr(asked, grade)):
            writer.pictures(recipe.picture(grade, index), f"ktp-{grade}-{index:04}")
    for index in wanted(asked.not_cards):
        made = recipe.not_card(index)
        writer.pictures(made, f"no-{made.kind.removeprefix('neg-')}-{index:04}")
    for index in wanted(asked.codes):
        made = recipe.code(index)
        writer.pictures(made, f"code-{made.kind}-{index:04}")
    for index in wanted(asked.sequences):
        made = recipe.sequence(index)
        writer.pictures(made, f"seq-{made.grade}-{index:04}")
    for index in wanted(asked.clips):
        made = recipe.clip(index, asked.fps)
        writer.clip(made, f"{made.kind}-{made.grade}-{index:04}", asked.fps)
    writer.finish()


if __name__ == "__main__":
    main()
