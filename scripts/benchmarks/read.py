"""How often the card reader is right, how often wrong, how soon, and at what cost; beside its peers in the same run.

    bench read [--set DIR] [--peers] [--peer-most 30] [--json | --markdown]

`--set` names a folder with expected.csv (see scripts/specimen) or a folder of such; without it the shipped specimens
are read. `--peers` adds Tesseract and rapidocr on the first pictures of each grade; the raw zbar loop and zxing-cpp
alone are always there. A rate is a share of the pictures; times are wall milliseconds, `cpu` those of all
threads together.

    ktp_GRADE_n, _exact, _wrong      pictures; accepted and right; accepted and wrong (single frames)
    ktp_GRADE_name, _birth_date      exact, of those whose number was right
    ktp_GRADE_p50_ms, _p95_ms, _cpu_ms
    promising_p50_ms, _p95_ms        over all pictures with an e-KTP; one_core_…: the same on one core
    not_cards_n, _accepted           pictures without an e-KTP; taken for one
    empty_first_…, empty_later_…     looks at a counter without a card: the first, and the next eleven
    sequences_GRADE_n, _exact, _wrong, _name, _birth_date     five frames of a card as one look
    clips_n, _exact, _wrong          live, newest frame first
    clips_accept_p50_ms, _p95_ms     from the card at rest to acceptance; clips_look_p50_ms: one look
    codes_n, _exact, _wrong, _p50_ms           as they lie; codes_rolled_…: turned by 15 to 45 degrees
    zbar_codes_…, zxing_codes_…      the same by the raw pyzbar loop, and by zxing-cpp alone
    load_s, memory_mb                of the recogniser; over a process that has imported cv2 and numpy only
    PEER_GRADE_n, _exact, _wrong, PEER_p50_ms, _cpu_ms, _load_s, _rss_mb, PEER_times_ours (p50 by ours)
    PEER_clips_exact, _wrong, _accept_p50_ms, _accept_p95_ms, for the two rapidocr settings
    PEER                             `absent: why`, when it could not be had

PEER: tesseract_page (whole frame, as public KTP readers do), tesseract_strip (digits on a perfectly cut number),
rapidocr (as it comes), rapidocr_960 (longest side 960, no angle classifier).
"""

import argparse
import re
import time
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import read_apart
import read_live
import read_peers
from read_live import Frame
from read_peers import percentile
from read_sets import CODES, Item, items
from read_show import markdown, tables_of

from kiosk import tables
from kiosk.resources import ASSETS
from kiosk.vision import pictures
from kiosk.vision.reader import Reader

TODAY = date(2026, 11, 22)
ON_ONE_CORE = 24  # pictures
COUNTERS = 6
Figures = dict[str, Any]


def measure(arguments: list[str]) -> Figures:
    asked = _asked(arguments)
    found = items(asked.set)
    if not found:
        raise SystemExit(f"no expected.csv in {asked.set} or the folders in it")
    regions, model = tables.regions(), ASSETS / "models" / "ktp-text.onnx"
    run = Run(Reader(regions, lambda: TODAY, model=model, symbologies=CODES))
    cards = [item for item in found if item.kind == "ktp" and not item.sequence]
    run.warm_up(found)
    run.cards(cards)
    run.not_cards([item for item in found if item.kind.startswith("neg-")])
    run.codes([item for item in found if item.kind in CODES])
    run.sequences([item for item in found if item.sequence])
    run.clips([item for item in found if item.kind.startswith("clip-")])
    run.empty([item for item in found if item.kind == "neg-blank"][:COUNTERS])
    run.apart(cards)
    if asked.peers:
        for peer in read_peers.PEERS:
            run.peer(peer, cards, [item for item in found if item.kind == "clip-ktp"], asked.peer_most)
    run.figures |= {"set": asked.set.name, "date": date.today().isoformat(), "wrong_files": run.wrong_files}  # noqa: DTZ011
    return run.figures


def show(figures: Figures, arguments: list[str]) -> None:
    if _asked(arguments).markdown:
        print(markdown(figures))
    else:
        tables_of(figures)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench read")
    parser.add_argument("--set", type=Path, default=ASSETS / "specimens")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--peer-most", type=int, default=30)
    parser.add_argument("--markdown", action="store_true")
    return parser.parse_args(arguments)


class Run:
    """Figures under their flat names, filled part by part."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.figures: Figures = {}
        self.wrong_files: list[str] = []

    def warm_up(self, found: list[Item]) -> None:
        """What is loaded late is loaded now."""
        first = next((item for item in found if not item.kind.startswith("clip-")), None)
        if first:
            self.reader.read(pictures.load(first.path))

    def cards(self, found: list[Item]) -> None:
        pooled: list[float] = []
        for grade in dict.fromkeys(item.grade for item in found):
            counts: Counter[str] = Counter()
            walls, cpus = [], []
            for item in (item for item in found if item.grade == grade):
                frame = pictures.load(item.path)
                cpu, wall = time.process_time(), time.perf_counter()
                reading = self.reader.read(frame)
                walls.append((time.perf_counter() - wall) * 1000)
                cpus.append((time.process_time() - cpu) * 1000)
                self._count(counts, item, reading.nik, reading.fields)
            pooled += walls
            self._rates(f"ktp_{grade}", counts)
            self._times(f"ktp_{grade}", walls)
            self.figures[f"ktp_{grade}_cpu_ms"] = percentile(cpus, 50)
        if pooled:
            self._times("promising", pooled)

    def not_cards(self, found: list[Item]) -> None:
        walls, accepted = [], 0
        for item in found:
            frame = pictures.load(item.path)
            began = time.perf_counter()
            reading = self.reader.read(frame)
            walls.append((time.perf_counter() - began) * 1000)
            if reading.nik is not None:
                accepted += 1
                self.wrong_files.append(item.path.name)
        self.figures |= {"not_cards_n": len(found), "not_cards_accepted": accepted}
        if walls:
            self._times("not_cards", walls)

    def codes(self, found: list[Item]) -> None:
        for way in ("codes", "codes_rolled") if found else ():
            counts: dict[str, Counter[str]] = defaultdict(Counter)
            walls: dict[str, list[float]] = defaultdict(list)
            for item in found:
                frame = pictures.load(item.path)
                if way == "codes_rolled":
                    frame = read_live.rolled(frame, item.path.name)
                for name, read in (("", self._code), ("zbar_", read_peers.zbar), ("zxing_", read_peers.zxing)):
                    texts, ms = read_peers.timed(read, frame)
                    walls[name].append(ms)
                    counts[name]["n"] += 1
                    counts[name]["exact"] += item.expected in texts
                    counts[name]["wrong"] += bool(texts) and item.expected not in texts
            for name, counted in counts.items():
                self._rates(f"{name}{way}", counted)
                self._times(f"{name}{way}", walls[name])

    def _code(self, frame: Frame) -> list[str]:
        payload = self.reader.read(frame).fields.get("payload")
        return [payload.text] if payload else []

    def sequences(self, found: list[Item]) -> None:
        together: dict[str, list[Item]] = defaultdict(list)
        for item in found:
            together[item.sequence].append(item)
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for frames in together.values():
            look, item = self.reader.begin(), frames[0]
            for index, one in enumerate(frames):
                reading = look.see(pictures.load(one.path), index * 67)
                if reading.nik is not None:
                    break
            self._count(counts[item.grade], item, reading.nik, reading.fields)
        for grade, counted in counts.items():
            self._rates(f"sequences_{grade}", counted)

    def clips(self, found: list[Item]) -> None:
        counts: Counter[str] = Counter()
        after, looks = [], []
        for item in found:
            accepted = read_live.play(list(pictures.frames(item.path)), item.phases, read_live.ours(self.reader))
            looks += accepted.looks_ms
            right = accepted.text in {item.expected, *re.split("[|:]", item.expected)}  # a slip's NIK is a part of it
            self._count(counts, item, item.expected if right else accepted.text, {})
            if right and accepted.after_ms is not None:
                after.append(accepted.after_ms)
        if found:
            self._rates("clips", counts)
            self._times("clips_look", looks)
        if after:
            self._times("clips_accept", after)

    def empty(self, found: list[Item]) -> None:
        if not found:
            return
        first, later = read_live.empty(self.reader, [pictures.load(item.path) for item in found])
        self._times("empty_first", first)
        self._times("empty_later", later)

    def apart(self, cards: list[Item]) -> None:
        files = [str(item.path) for item in cards[:: max(1, len(cards) // ON_ONE_CORE)]]
        if not files:
            return
        base, both, one = (read_apart.measured(what, *files) for what in ("base", "load", "cores"))
        self.figures |= {"load_s": both["load_s"], "memory_mb": both["rss_mb"] - base["rss_mb"]}
        self.figures |= {"one_core_p50_ms": one["p50_ms"], "one_core_p95_ms": one["p95_ms"]}

    def peer(self, peer: str, cards: list[Item], clips: list[Item], most: int) -> None:
        try:
            with read_peers.started(peer) as driver:
                self._peer_cards(peer, driver, cards, most)
                if peer.startswith("rapidocr") and clips:
                    self._peer_clips(peer, driver, clips)
                self.figures[f"{peer}_load_s"] = driver.load_s
        except read_peers.Absent as absent:
            self.figures[peer] = f"absent: {absent}"

    def _peer_cards(self, peer: str, driver: read_peers.Driver, cards: list[Item], most: int) -> None:
        walls, cpus, rss = [], [], 0.0
        for grade in dict.fromkeys(item.grade for item in cards):
            counts: Counter[str] = Counter()
            for item in [item for item in cards if item.grade == grade][:most]:
                if peer == "tesseract_strip" and item.corners is None:
                    raise read_peers.Absent("the set does not say where the number lies")
                answer = driver.read(item.path, item.corners)
                self._count(counts, item, read_peers.number_in(answer["lines"], TODAY), {}, ours=False)
                walls.append(answer["ms"])
                cpus.append(answer["cpu_ms"])
                rss = max(rss, answer.get("rss_mb", 0.0))
            self._rates(f"{peer}_{grade}", counts)
        self.figures |= {f"{peer}_p50_ms": percentile(walls, 50), f"{peer}_cpu_ms": percentile(cpus, 50)}
        if rss:
            self.figures[f"{peer}_rss_mb"] = rss
        self.figures[f"{peer}_times_ours"] = percentile(walls, 50) / self.figures["promising_p50_ms"]

    def _peer_clips(self, peer: str, driver: read_peers.Driver, clips: list[Item]) -> None:
        counts: Counter[str] = Counter()
        after = []
        with read_peers.scratch() as folder:
            for item in clips:
                see = driver.see(TODAY, Path(folder))
                accepted = read_live.play(list(pictures.frames(item.path)), item.phases, see)
                self._count(counts, item, accepted.text, {}, ours=False)
                if accepted.text == item.expected and accepted.after_ms is not None:
                    after.append(accepted.after_ms)
        self._rates(f"{peer}_clips", counts)
        if after:
            self._times(f"{peer}_clips_accept", after)

    def _count(self, counts: Counter[str], item: Item, text: str | None, fields: Any, *, ours: bool = True) -> None:
        right = text == item.expected
        counts["n"] += 1
        counts["exact"] += right
        counts["wrong"] += text is not None and not right
        if ours and text is not None and not right:
            self.wrong_files.append(item.path.name)
        if right and fields and item.name:
            counts["of"] += 1
            for name in ("name", "birth_date"):
                counts[name] += name in fields and fields[name].text == getattr(item, name)

    def _rates(self, group: str, counts: Counter[str]) -> None:
        self.figures[f"{group}_n"] = counts["n"]
        self.figures[f"{group}_exact"] = counts["exact"] / counts["n"]
        self.figures[f"{group}_wrong"] = counts["wrong"]
        for name in ("name", "birth_date") if counts["of"] else ():
            self.figures[f"{group}_{name}"] = counts[name] / counts["of"]

    def _times(self, group: str, times_ms: list[float]) -> None:
        self.figures |= {f"{group}_p{percent}_ms": percentile(times_ms, percent) for percent in (50, 95)}
