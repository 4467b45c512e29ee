"""Every screen with something on it: a visit for each, with a fictional person, and what happens once it is shown."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import causes
import cv2
import numpy as np
import officer_scenes
from fakes import CODE, NAME, NIK
from numpy.typing import NDArray

from kiosk.domain.enrolment import Consent
from kiosk.domain.outcome import MENDABLE, Due
from kiosk.domain.reading import KTP, Reading
from kiosk.domain.tariff import BASIC, FULL, Month
from kiosk.journey import Context, Visit
from kiosk.journey.visit import Answers
from kiosk.ui.pictograms import QUESTIONS
from kiosk.vision import hints, preview
from kiosk.vision.scene import Scene

LONG_NAME = "RADEN AJENG SITI SPESIMEN PUSPITANINGRUM KUSUMODEWI HADINING"  # sixty letters: no longer one is taken
Shown = tuple[str, Visit, Callable[[Any], None] | None]
CAUSES = ("near", "far", "tilt", "motion", "dark", "glare", "finger", "back", "bpjs", "empty")


def scenes(context: Context) -> Iterator[Shown]:
    blank = Visit.begin(context)
    nik = blank.rules.check_nik(NIK).nik
    seen = Answers(nik=nik, source="ktp", card_name=NAME)
    full = dataclasses.replace(
        seen,
        name=NAME,
        birth_date=date(1975, 8, 17),
        occupations=("pedagang-sayur", "jamu"),
        employer=False,
        understood=True,
        income=1_000_000,
        programmes=BASIC,
        months=3,
        phone="+6281234567890",
    )

    def at(step: str, **more: Any) -> Visit:
        return dataclasses.replace(blank, step=step, **more)

    yield "attract", at("attract"), None
    for turns, slide in enumerate(("bring", "price", "not-health"), 1):
        yield f"attract-{slide}", at("attract"), partial(_turn, turns=turns)
    yield "language", at("language"), None
    yield "language-sheet", at("name", answers=seen), lambda front: front.ask_language()
    yield "consent", at("consent"), None
    yield "consent-notice", at("consent", notice="consent.notice.needed"), _tick
    yield "scan", at("scan"), lambda front: _before_camera(front, "plain", 3, found=True)
    for cause in CAUSES:
        yield f"scan-{cause}", at("scan"), partial(_before_camera, cause=cause)
    yield "scan-notice", at("scan", notice="scan.notice.kesehatan", misreads=2), None
    yield "nik", at("nik"), lambda front: [front.page.key(digit) for digit in NIK[:10]]
    yield "nik-notice", at("nik", answers=seen, notice="nik.notice.serial"), None
    yield "confirm", at("confirm", answers=seen), None
    yield "confirm-checking", at("confirm", answers=seen, confirmed=True), None
    yield "birth", at("birth", answers=seen), lambda front: [front.page.key(digit) for digit in "1708"]
    yield "married", at("married", answers=seen), None
    yield "name", at("name", answers=seen), None
    yield (
        "name-long",
        at("name", answers=dataclasses.replace(seen, name=LONG_NAME)),
        None,
    )
    yield "occupation", at("occupation", answers=full), None
    yield "occupation-more", at("occupation", answers=seen), lambda front: front.page.aside()
    yield "employer", at("employer", answers=full), None
    yield "income", at("income", answers=seen), None
    yield "income-more", at("income", answers=seen), lambda front: front.page.step_by(9)
    yield "income-daily", at("income", answers=seen), lambda front: front.page.aside()
    yield "understand", at("understand", answers=seen), None
    yield "understand-death", at("understand", answers=seen), lambda front: front.page.turn()
    yield "understand-old-age", at("understand", answers=seen), lambda front: [front.page.turn(), front.page.turn()]
    yield "questions", at("questions", answers=full, stack=("programme",)), None
    yield "questions-more", at("questions", answers=full, stack=("programme",)), lambda front: front.page.aside()
    for doubt in QUESTIONS:
        yield (
            f"questions-{doubt}",
            at("questions", answers=full, stack=("programme",)),
            lambda front, doubt=doubt: front.page.open(doubt),
        )
    yield "savings", at("savings", answers=full, stack=("programme",)), None
    yield (
        "savings-most",
        at("savings", answers=dataclasses.replace(full, income=25_000_000), stack=("programme",)),
        None,
    )
    yield "programme-month", at("programme", answers=dataclasses.replace(full, months=1)), None
    yield "programme", at("programme", answers=full), None
    yield "programme-full", at("programme", answers=dataclasses.replace(full, programmes=FULL, months=12)), None
    yield "phone", at("phone", answers=full), None
    yield "phone-landline", at("phone", answers=full, notice="phone.notice.landline"), None
    member = dataclasses.replace(full, consents=(Consent("association", True, "", "id", 0),), association="PGS")
    yield "association", at("association", answers=full), None
    yield "association-chosen", at("association", answers=member), None
    yield (
        "association-typing",
        at("association", answers=full),
        lambda front: [front.page.aside(), *map(front.page.key, "PGS")],
    )
    yield "association-notice", at("association", answers=full, notice="association.notice.other_card"), None
    yield "check", at("check", answers=full), None
    longest = dataclasses.replace(member, name=LONG_NAME, occupations=("pelayan-lepas", "servis"), programmes=FULL)
    yield "check-long", at("check", answers=longest), None
    yield "saving", at("saving", answers=full), None
    yield "receipt", at("receipt", answers=full, code=CODE), None
    for paper in ("printing", "printed", "unknown", "paper_out", "absent", "lost"):
        yield f"receipt-{paper}", at("receipt", answers=full, code=CODE, paper=paper), None
    for state in ("waiting", "sent", "accepted", "member"):
        yield f"enrolled-{state}", at("enrolled", code=CODE, known_state=state), None
    yield "enrolled-number", at("enrolled", code=CODE, known_state="accepted", known_number="12345678901"), None
    due = Due(Month(2027, 1), "88810012345678", 16_800)
    owing = at("enrolled", code=CODE, known_state="accepted", known_number="12345678901", known_due=due)
    yield "enrolled-due", dataclasses.replace(owing, context=dataclasses.replace(context, paper=True)), None
    for cause in (*sorted(MENDABLE), "too_old", "signature"):
        refused = at("enrolled", code=CODE, known_state="refused", known_cause=cause, answers=seen)
        yield f"enrolled-refused-{cause}", refused, None
    yield "sorry", at("sorry", reason="consent_refused"), None
    yield "sorry-old", at("sorry", reason="too_old"), None
    yield "closed", at("closed", reason="identity.missing"), None
    yield "still_there", at("still_there"), None
    yield "stop", at("stop"), None
    yield "help", at("help"), None
    yield from officer_scenes.scenes(context)


def _turn(front: Any, turns: int) -> None:
    for _ in range(turns):
        front.page._next(0.0)


def _tick(front: Any) -> None:
    front.page.ids.association.ticked = True


def _before_camera(front: Any, cause: str, seed: int = 0, *, found: bool = False) -> None:
    """A made frame as the camera's picture, and the hint that it really gives. `found`: its card was read instead."""
    frame = causes.made(cause, seed).picture
    gray = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    advice = hints.advise(Scene(frame, gray))
    reading = Reading(hint=advice.hint, mark=advice.mark)
    seen = Scene(frame, gray).card
    if found and seen is not None:
        corners = tuple((float(x / 256), float(y / 144)) for x, y in seen.corners)
        reading = Reading("", KTP, card=corners)
    front.eyes.sight.picture = preview.rgba(frame, (1280, 720))
    page = front.page
    page._steady.shown, page._steady._free_at = reading.hint, float("inf")
    page.looked(reading)
    page.ids.preview._seen_at, page.ids.preview._turned_at = float("inf"), -1e9  # the frame stays
    page.ids.preview._draw(0)  # now, not when its clock has a turn: how long four frames take depends on the machine


def card_picture() -> NDArray[np.uint8]:
    """A hand-sized blue rectangle on a table: enough to see where the frame lies."""
    picture = np.full((720, 1280, 4), (120, 104, 90, 255), np.uint8)
    picture[170:556, 330:950] = (150, 190, 230, 255)
    picture[200:218, 520:760] = (40, 60, 110, 255)
    for row in range(260, 520, 36):
        picture[row : row + 12, 370 : 640 + (row * 7) % 90] = (60, 80, 120, 255)
    picture[270:500, 770:920] = (200, 60, 50, 255)
    return picture
