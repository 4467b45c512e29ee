"""The only place where the parts of the kiosk are put together."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk import tables, words
from kiosk.checkup.checkup import Eyes
from kiosk.clock import Clock, SystemClock, today
from kiosk.desk import Desk
from kiosk.desk.door import Door
from kiosk.desk.health import Parts
from kiosk.desk.home import Home
from kiosk.desk.machine import Machine
from kiosk.desk.queue import Queue
from kiosk.desk.record import Record
from kiosk.desk.service import Closing
from kiosk.desk.settings import OfficersSettings
from kiosk.desk.stock import Stock
from kiosk.devices.printer import PRINTERS, Paper
from kiosk.devices.printing import PrinterWorker
from kiosk.devices.scanner import SCANNERS
from kiosk.devices.speaker import NoSpeaker, SpeakerWorker
from kiosk.devices.speaker_journal import JournalSpeaker
from kiosk.domain.errors import IdentityError, KioskError, SettingsError, StoreError
from kiosk.journey import Context
from kiosk.keeper import StoreKeeper
from kiosk.resources import ASSETS
from kiosk.settings import Settings
from kiosk.store import Store
from kiosk.store.enrolments import new_id
from kiosk.store.identity import Identity
from kiosk.words import Words

if TYPE_CHECKING:
    from kiosk.sight import CameraSight, CodeEars
    from kiosk.slip import SlipPrinter
    from kiosk.ui.ports import Speaker
    from kiosk.vision.reader import Reader


@dataclass
class Kiosk:
    """A kiosk without its screen: settings, words, store and rules. `close` when done."""

    home: Path
    settings: Settings
    clock: Clock
    languages: dict[str, Words]
    store: Store
    identity: Identity | None
    closed: KioskError | None
    site: Path | None = None

    @property
    def words(self) -> Words:
        return self.languages[self.settings.languages.order[0]]

    @cached_property
    def keeper(self) -> StoreKeeper:
        return StoreKeeper(self.store, self.identity, self.closed, self.clock, self.settings)

    @cached_property
    def desk(self) -> Desk:
        """Everything that officers do here; a part for each room."""
        region = tables.region_of(self.settings.site.market)
        day = lambda: today(self.store.clock, self.settings.zone)  # noqa: E731
        stock = Stock(self.store, self.identity)
        base = Path(self.settings.devices.sticks)
        queue = Queue(self.store, self.identity, SystemClock(), self.settings.sync, base)
        parts = Parts(self.store, self.identity, self.settings, self._eyes, self._trial)
        closing = Closing(self.store, self.identity)
        return Desk(
            (
                Door(self.store, self.identity, region, day),
                Home((parts.worry, stock.worry, queue.worry, closing.worry)),
                parts,
                stock,
                queue,
                OfficersSettings(self.store, self.identity, self.settings, self.site),
                Machine(self.store, self.identity, SystemClock(), self.settings.zone),
                closing,
                Record(self.store),
            )
        )

    @cached_property
    def context(self) -> Context:
        devices = self.settings.devices
        return Context(
            rules=lambda: tables.rules(today(self.clock, self.settings.zone)),
            new_id=new_id,
            now_ms=self.clock.wall_ms,
            market=self.settings.site.market,
            branch=self.settings.site.branch,
            language=self.settings.languages.order[0],
            eyes=(devices.camera, devices.scanner) != ("none", "none"),
            paper=devices.printer != "none",
        )

    def reader(self) -> "Reader":
        """Loads the recogniser. Raises DeviceError `recogniser.missing`."""
        return card_reader(self.settings, self.clock)

    @cached_property
    def _sight(self) -> "CameraSight":
        from kiosk.sight import CameraSight

        return CameraSight(self.settings.devices, self.reader)

    @cached_property
    def _scanner(self) -> "CodeEars":
        from kiosk.sight import CodeEars

        devices = self.settings.devices
        scanner = SCANNERS[devices.scanner](devices)
        return CodeEars(scanner, tables.regions(), lambda: today(self.clock, self.settings.zone))

    @cached_property
    def _printer(self) -> "SlipPrinter | None":
        devices = self.settings.devices
        if devices.printer == "none":
            return None
        from kiosk.slip import SlipPrinter

        worker = PrinterWorker(
            lambda: PRINTERS[devices.printer](devices), devices.printer_timeout_s, self.keeper.paper_used
        )
        return SlipPrinter(
            worker,
            self.languages,
            self.settings.zone,
            self.identity.kiosk if self.identity else self.settings.site.market,
        )

    @cached_property
    def _speaker(self) -> "Speaker":
        devices = self.settings.devices
        if devices.speaker == "journal":
            return JournalSpeaker(devices.speaker_source)
        if devices.speaker == "none":
            return NoSpeaker()
        from kiosk.ui.prompts import EFFECTS
        from kiosk.ui.sound import SdlPlayer

        return SpeakerWorker(SdlPlayer(devices.volume), EFFECTS)

    def sight(self) -> "CameraSight":
        return self._sight

    def scanner(self) -> "CodeEars":
        return self._scanner

    def printer(self) -> "SlipPrinter | None":
        return self._printer

    def speaker(self) -> "Speaker":
        return self._speaker

    def _eyes(self) -> Eyes:
        """What the officers' checkup looks at."""
        printer = self._printer
        return Eyes(self._sight, self._scanner, printer.look if printer else None, lambda: self._speaker.state)

    def _trial(self) -> Paper:
        printer = self._printer
        return printer.trial(self.settings.languages.order[0], self.clock.wall_ms()) if printer else Paper.ABSENT

    def close(self) -> None:
        self.store.close()


def open_kiosk(
    home: Path,
    settings: Settings,
    clock: Clock | None = None,
    *,
    provisioned: bool = True,
    site: Path | None = None,
) -> Kiosk:
    """Opens the store and the identity. With `provisioned` a kiosk without an identity raises IdentityError;
    otherwise it opens closed, for the screen to say so. `site`: the file that the settings came from.
    Raises SettingsError, StoreError.
    """
    store = _open_store(home, settings, clock or SystemClock())
    try:
        return _with_store(store, settings, site, provisioned=provisioned)
    except BaseException:
        store.close()
        raise


def _with_store(store: Store, settings: Settings, site: Path | None, *, provisioned: bool) -> Kiosk:
    home, clock = store.home, store.clock
    tables.prefer(store.master.folder)
    if settings.site.market not in tables.markets():
        raise SettingsError("settings.market", key="site.market", wanted="markets.csv")
    tables.rules(today(clock, settings.zone))  # a broken table is told at the start, not in a visit
    languages = load_words(settings, store.master.folder)
    identity: Identity | None = None
    closed: KioskError | None = None
    try:
        identity = Identity.load(home)
    except IdentityError as error:
        if provisioned:
            raise
        closed = error
    return Kiosk(home, settings, clock, languages, store, identity, closed, site)


def card_reader(settings: Settings, clock: Clock) -> "Reader":
    from kiosk.vision.reader import Reader  # OpenCV takes a third of a second to load: only for those who look

    return Reader(
        tables.regions(),
        lambda: today(clock, settings.zone),
        model=ASSETS / "models" / "ktp-text.onnx",
        symbologies=settings.devices.symbologies,
    )


def load_words(settings: Settings, master: Path | None = None) -> dict[str, Words]:
    """`master`: the folder of what the centre has published; its texts stand in for the shipped ones."""
    over = master / "words" if master else None
    return {language: words.load(language, over=over) for language in settings.languages.order}


def _open_store(home: Path, settings: Settings, clock: Clock) -> Store:
    try:
        return Store.open(home, settings.store, clock)
    except OSError:
        raise StoreError("store.unwritable", file=home.name) from None
