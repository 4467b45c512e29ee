"""Slips on paper: what stands on them, what a printer answers, and that a dead one never stops a visit."""

import os
import pty
import threading
import tty
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import Image

from kiosk import bootstrap, settings, tables, words
from kiosk.clock import EARLIEST_MS
from kiosk.devices import printer_escpos
from kiosk.devices.paper import COLUMNS, WIDTH_DOTS, draw, length_mm, send, text
from kiosk.devices.printer import PRINTERS, Paper, Slip, Text
from kiosk.devices.printer_escpos import EscposPrinter
from kiosk.devices.printer_file import FilePrinter
from kiosk.devices.printing import PrinterWorker
from kiosk.domain.errors import SettingsError, StoreError
from kiosk.domain.outcome import Due
from kiosk.domain.tariff import Month
from kiosk.journey.receipt import Bill, Receipt
from kiosk.slip import SlipPrinter, bill, compose
from kiosk.store.identity import Identity

CODE, ZONE = "7K3M-9QTX-R", ZoneInfo("Asia/Jakarta")
FINE, ENDED, QUEUED_FINE = b"\x12", b"\x72", b"\x00"
SLIP: Slip = (Text("x"),)


def receipt(**changes: object) -> Receipt:
    facts: dict[str, object] = {
        "code": CODE, "number": "3372 •••• •••• 0001", "total": 33_600, "months": 3, "start": Month(2026, 11),
        "due": Month(2027, 2), "market": "Pasar Gede Hardjonagoro", "branch": "Surakarta", "language": "id",
        "kept_ms": 1_795_332_600_000,
    }  # fmt: skip
    return Receipt(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("paper_mm", [58, 80])
@pytest.mark.parametrize("language", ["id", "jv", "en"])
def test_a_bill_says_what_the_branch_said(paper_mm: int, language: str) -> None:
    owed = Bill(CODE, Due(Month(2027, 1), "88810012345678", 16_800), "Pasar Gede Hardjonagoro", "Surakarta", language)
    said = text(bill(owed, words.load(language), "pasar-gede-1"), paper_mm)
    for part in ("88810012345678", "Rp\u00a016.800", "2027", CODE, "pasar-gede-1"):
        assert part in said, part
    assert max(map(len, said.splitlines())) <= COLUMNS[paper_mm]


def slip(language: str = "id", **changes: object) -> Slip:
    return compose(receipt(**changes), words.load(language), ZONE, "pasar-gede-1")


# what stands on it


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_all_that_belongs_on_a_slip(paper_mm: int) -> None:
    said = text(slip(), paper_mm)
    for part in (CODE, "3372********0001", "22 November 2026  14.30 WIB", "Pasar Gede Hardjonagoro", "pasar-gede-1",
                 "Februari 2027", "INI BUKAN KARTU PESERTA", "Surakarta"):  # fmt: skip
        assert part in said, part
    assert "Rp\u00a033.600" in said
    assert "terlindungi" not in said.lower()
    assert max(map(len, said.splitlines())) <= COLUMNS[paper_mm]


@pytest.mark.parametrize(
    "language", sorted(p.stem for p in (Path(words.__file__).parents[1] / "assets/words").glob("*.po"))
)
@pytest.mark.parametrize("paper_mm", [58, 80])
def test_the_code_is_read_from_the_picture(paper_mm: int, language: str) -> None:
    picture = draw(slip(language), paper_mm)
    assert (picture.width, picture.mode) == (WIDTH_DOTS[paper_mm], "1")
    sheet = Image.new("L", (picture.width + 80, picture.height), 255)
    sheet.paste(picture, (40, 0))
    assert [code.text for code in zxingcpp.read_barcodes(sheet)] == [CODE]


def test_long_words_stay_on_the_paper() -> None:
    wide = draw((Text("Pasar " + "W" * 60), Text("W" * 30, centred=True)), 58)
    assert wide.width == WIDTH_DOTS[58]
    assert wide.height > draw((Text("Pasar"), Text("W", centred=True)), 58).height
    assert not any(wide.convert("L").getpixel((383, y)) == 0 for y in range(40))


@pytest.mark.parametrize("kept_ms", [0, EARLIEST_MS - 1])
def test_a_clock_that_cannot_be_right_puts_no_date_on_it(kept_ms: int) -> None:
    said = text(slip(kept_ms=kept_ms), 58)
    assert "WIB" not in said
    assert "1970" not in said
    assert CODE in said


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_the_length_is_that_of_the_commands_which_are_sent(paper_mm: int) -> None:
    """Rows of dots at 203 dpi, and blank lines of 1/6 inch: summed up from the bytes, as a printer does."""
    printer = Dummy()
    send(draw(slip(), paper_mm), printer)
    sent, mm = printer.output, 0.0
    while sent:
        if sent.startswith(b"\x1dv0"):
            wide, high = int.from_bytes(sent[4:6], "little"), int.from_bytes(sent[6:8], "little")
            mm, sent = mm + high / 8, sent[8 + wide * high :]
        elif sent.startswith(b"\x1bd"):
            mm, sent = mm + sent[2] * 25.4 / 6, sent[3:]
        else:
            command = next(one for one in (b"\x1b@", b"\x1dV\x00") if sent.startswith(one))
            sent = sent[len(command) :]
    assert length_mm(slip(), paper_mm) == pytest.approx(mm, abs=1)
    assert 100 < mm < 400
    for driver in (FilePrinter("", paper_mm), EscposPrinter("", paper_mm)):
        assert driver.length_mm(slip()) == length_mm(slip(), paper_mm)


# an ESC/POS printer, played by a thread at the other end of a line


class Line:
    """A serial line whose printer gives `answers` to DLE EOT 4 and GS r 1, in turn; None says nothing."""

    def __init__(self, answers: list[bytes | None], cut_after: int = 0) -> None:
        self.master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self.got = bytearray()
        self._answers, self._cut_after = answers, cut_after
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def _play(self) -> None:
        asked = 0
        while True:
            try:
                piece = os.read(self.master, 4096)
            except OSError:
                return
            self.got += piece
            if self._cut_after and len(self.got) > self._cut_after:
                os.close(self._slave)
                os.close(self.master)
                return
            questions = self.got.count(b"\x10\x04\x04") + self.got.count(b"\x1dr\x01")
            while asked < questions:
                answer = self._answers[min(asked, len(self._answers) - 1)]
                asked += 1
                if answer is not None:
                    os.write(self.master, answer)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANSWER_S", "DONE_S", "STALL_S"):
        monkeypatch.setattr(printer_escpos, name, 0.15)


def test_a_printer_that_says_it_is_done() -> None:
    other = Line([FINE, QUEUED_FINE, FINE])
    assert EscposPrinter(other.path, 58).print(slip()) is Paper.PRINTED
    assert other.got.count(b"\x1b@") == 1
    assert b"\x1dv0" in other.got
    assert b"\x1dV" in other.got


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("answers", "paper", "sent"),
    [
        ([None], Paper.UNKNOWN, True),  # silence is never "fine"
        ([FINE, None, FINE], Paper.UNKNOWN, True),
        ([FINE, None, None], Paper.UNKNOWN, True),
        ([ENDED], Paper.PAPER_OUT, False),
        ([FINE, None, ENDED], Paper.PAPER_OUT, True),  # it ran out in the middle
        ([FINE, b"\x0c", FINE], Paper.PAPER_OUT, True),
    ],
)
def test_what_a_printer_answers(answers: list[bytes | None], paper: Paper, *, sent: bool) -> None:
    other = Line(answers)
    assert EscposPrinter(other.path, 80).print(slip()) is paper
    assert (b"\x1dv0" in other.got) is sent


@pytest.mark.usefixtures("hurried")
def test_lost_in_the_middle() -> None:
    other = Line([FINE], cut_after=500)
    assert EscposPrinter(other.path, 58).print(slip()) is Paper.LOST


@pytest.mark.parametrize(
    "source", ["/dev/kiosk-no-such-printer", "tcp:127.0.0.1:1", "tcp:127.0.0.1:nine", "/dev/null/x", "", "/dev/tty0@77"]
)
def test_not_there(source: str) -> None:
    assert EscposPrinter(source, 58).print(SLIP) is Paper.ABSENT


@pytest.mark.usefixtures("hurried")
def test_a_device_that_only_listens_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "lp").touch()
    assert EscposPrinter(str(tmp_path / "lp"), 58).print(slip()) is Paper.UNKNOWN
    assert (tmp_path / "lp").stat().st_size > 10_000


# the file stand-in


def test_three_files_a_slip(tmp_path: Path) -> None:
    printer = FilePrinter(str(tmp_path / "slips"), 58)
    assert [printer.print(slip()), printer.print(slip())] == [Paper.PRINTED] * 2
    names = sorted(path.name for path in (tmp_path / "slips").iterdir())
    assert names == [f"slip-00{n}.{kind}" for n in (1, 2) for kind in ("bin", "png", "txt")]
    assert CODE in (tmp_path / "slips" / "slip-001.txt").read_text()
    with Image.open(tmp_path / "slips" / "slip-001.png") as picture:
        assert picture.width == 384


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "slips").write_text("a file, no folder")
    assert FilePrinter(str(tmp_path / "slips"), 58).print(SLIP) is Paper.LOST


# the worker


class Fake:
    def __init__(self, paper: Paper | Exception = Paper.PRINTED) -> None:
        self.paper, self.slips = paper, 0
        self.go_on = threading.Event()
        self.go_on.set()

    def print(self, slip: Slip) -> Paper:
        self.slips += 1
        assert self.go_on.wait(20)
        if isinstance(self.paper, Exception):
            raise self.paper
        return self.paper

    def length_mm(self, slip: Slip) -> int:
        return 100 * len(slip)


class Told:
    def __init__(self) -> None:
        self.papers: list[Paper] = []
        self.came = threading.Semaphore(0)

    def __call__(self, paper: Paper) -> None:
        self.papers.append(paper)
        self.came.release()

    def wait(self) -> None:
        assert self.came.acquire(timeout=20)


@pytest.mark.parametrize("paper", list(Paper))
def test_the_worker_hands_on_what_the_driver_says_and_how_much_paper_came_out(paper: Paper) -> None:
    told, used = Told(), []
    PrinterWorker(lambda: Fake(paper), 15, used.append).print(SLIP, told)
    told.wait()
    assert told.papers == [paper]
    assert used == ([100] if paper in (Paper.PRINTED, Paper.UNKNOWN) else [])


def test_a_driver_that_raises_or_cannot_be_loaded_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    def missing() -> Fake:
        raise ImportError("escpos")

    for make in (lambda: Fake(ValueError(CODE)), missing):
        told = Told()
        PrinterWorker(make, 15).print(SLIP, told)
        told.wait()
        assert told.papers == [Paper.LOST]
    assert CODE not in "".join(str(record.__dict__.get("facts")) for record in caplog.records)


def test_a_driver_that_hangs_is_unknown_once_and_another_slip_does_not_wait() -> None:
    fake, first, second, third = Fake(), Told(), Told(), Told()
    fake.go_on.clear()
    worker = PrinterWorker(lambda: fake, 0.05)
    worker.print(SLIP, first)
    first.wait()
    assert first.papers == [Paper.UNKNOWN]
    worker.print(SLIP, second)
    second.wait()
    assert second.papers == [Paper.ABSENT]
    fake.go_on.set()
    while worker._busy.locked():
        first.came.acquire(timeout=0.01)
    worker.print(SLIP, third)
    third.wait()
    assert (first.papers, third.papers, fake.slips) == ([Paper.UNKNOWN], [Paper.PRINTED], 2)


def test_from_a_receipt_to_the_driver() -> None:
    fake, told = Fake(), Told()
    languages = {"id": words.load("id")}
    SlipPrinter(PrinterWorker(lambda: fake, 15), languages, ZONE, "k").print(receipt(), told)  # type: ignore[arg-type]
    told.wait()
    assert (fake.slips, told.papers) == (1, [Paper.PRINTED])


# settings


def test_one_word_in_the_settings_chooses_the_printer(tmp_path: Path) -> None:
    for name in ("file", "escpos"):
        given = settings.load(overrides={"devices.printer": name, "devices.printer_source": str(tmp_path)})
        assert callable(PRINTERS[name](given.devices).print)
    assert settings.load().devices.printer == "none"


@pytest.mark.parametrize(
    ("key", "value"), [("paper_mm", 57), ("paper_mm", "58"), ("printer", "lpt"), ("printer_timeout_s", 0)]
)
def test_wrong_settings_are_named(key: str, value: object) -> None:
    with pytest.raises(SettingsError, match=key):
        settings.load(overrides={f"devices.{key}": value})


def fails(*_: object) -> None:
    raise StoreError("store.busy", file="kiosk.sqlite3")


def test_a_kiosk_with_a_printer_prints_counts_its_paper_and_needs_no_store_for_a_slip(
    tmp_path: Path, identity: Identity
) -> None:
    chosen = settings.load(overrides={"devices.printer": "file", "devices.printer_source": str(tmp_path / "slips")})
    kiosk, told = bootstrap.open_kiosk(tmp_path, chosen), Told()
    try:
        printer = kiosk.printer()
        assert printer is not None
        assert kiosk.context.paper
        printer.print(receipt(), told)
        told.wait()
        (paper,) = kiosk.store.stock.stands(tables.stock_items()[:1])
        assert paper.count == -length_mm(compose(receipt(), kiosk.words, ZONE, identity.kiosk), 58)
        stopped = kiosk.store.stock.note
        kiosk.store.stock.note = fails  # type: ignore[method-assign]
        printer.print(receipt(), told)
        told.wait()
        kiosk.store.stock.note = stopped  # type: ignore[method-assign]
        assert kiosk.store.stock.stands([paper.item])[0].count == paper.count
        kiosk.keeper.paper_used(0)  # what could not be noted is not lost
        assert kiosk.store.stock.stands([paper.item])[0].count == 2 * paper.count
    finally:
        kiosk.close()
    assert told.papers == [Paper.PRINTED] * 2
    assert identity.kiosk in (tmp_path / "slips" / "slip-001.txt").read_text()


def test_a_kiosk_without_one_does_not(tmp_path: Path, identity: Identity) -> None:
    kiosk = bootstrap.open_kiosk(tmp_path, settings.load())
    try:
        assert (kiosk.printer(), kiosk.context.paper, bool(identity.kiosk)) == (None, False, True)
    finally:
        kiosk.close()
