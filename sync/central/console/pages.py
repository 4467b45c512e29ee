"""From a template to a page: the words of the reader's language, times in the centre's zone, and who is signed in."""

import hashlib
from datetime import tzinfo
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kiosk import words
from kiosk.clock import Clock, local
from kiosk.words import Words
from sync.central.console.accounts import Role
from sync.central.console.sessions import Seat

HERE = Path(__file__).parent
LANGUAGES = ("id", "en")
LANGUAGE_COOKIE = "kiosk-language"
_YEAR_9999_MS = 253_370_764_800_000
_NOW_S = 60
_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))

# Where the reader may go: path, word, and who sees it. A page of a new kind adds a line here and its routes in app.py.
NAVIGATION: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("/", "nav.fleet", frozenset(Role)),
    ("/target", "nav.target", frozenset(Role)),
    ("/alerts", "nav.alerts", frozenset(Role)),
    ("/associations", "nav.associations", frozenset(Role)),
    ("/records", "nav.records", frozenset(Role)),
    ("/orders", "nav.orders", frozenset({Role.OPS, Role.ADMIN})),
    ("/tables", "nav.tables", frozenset(Role)),
    ("/audit", "nav.audit", frozenset({Role.ADMIN})),
)


class Pages:
    def __init__(self, clock: Clock, zone: tzinfo) -> None:
        self._clock = clock
        self._zone = zone
        self.words = {language: words.load(language, HERE / "words") for language in LANGUAGES}
        self._errors = {language: words.load(language) for language in LANGUAGES}
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def language(self, request: Request) -> str:
        """The reader's choice, else the browser's first that we speak."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen in LANGUAGES:
            return chosen
        for accepted in request.headers.get("accept-language", "").split(","):
            spoken = accepted.strip()[:2].lower()
            if spoken in LANGUAGES:
                return spoken
        return LANGUAGES[0]

    def of(self, request: Request) -> Words:
        return self.words[self.language(request)]

    def errors(self, request: Request) -> Words:
        """The sentences that all programs share."""
        return self._errors[self.language(request)]

    def page(
        self, request: Request, template: str, seat: Seat | None = None, status: int = 200, **values: Any
    ) -> HTMLResponse:
        return HTMLResponse(self.text(request, template, seat, values), status)

    def piece(self, request: Request, template: str, seat: Seat, path: str, values: dict[str, Any]) -> Markup:
        """A part of a page that asks at `path` every few seconds whether it has changed."""
        return Markup(self._piece(request, template, seat, path, values)[0])  # noqa: S704 our own template

    def live(self, request: Request, template: str, seat: Seat, path: str, values: dict[str, Any]) -> Response:
        """What such a part gets: 204, and nothing moves, when the reader has it already."""
        text, mark = self._piece(request, template, seat, path, values)
        return Response(status_code=204) if request.query_params.get("live") == mark else HTMLResponse(text)

    def _piece(self, request: Request, template: str, seat: Seat, path: str, values: dict[str, Any]) -> tuple[str, str]:
        inner = self.text(request, template, seat, values)
        mark = hashlib.sha256(inner.encode()).hexdigest()[:16]
        whole = {"inner": Markup(inner), "path": path, "mark": mark, "joint": "&" if "?" in path else "?"}  # noqa: S704
        return self.text(request, "_live.html", seat, whole), mark

    def text(self, request: Request, template: str, seat: Seat | None, values: dict[str, Any]) -> str:
        language = self.language(request)
        said = self.words[language]
        base = request.scope.get("root_path", "")
        context = {
            "w": said,
            "language": language,
            "base": base,
            "here": request.url.path.removeprefix(base) or "/",
            "seat": seat,
            "navigation": [(path, word) for path, word, roles in NAVIGATION if seat and seat.role in roles],
            "time": lambda ms: self.time(ms, language),
            "ago": lambda ms: self.ago(ms, said),
            "megabytes": megabytes,
            "span": lambda seconds: span(seconds, said),
        }
        return self._templates.get_template(template).render(context | values)

    def time(self, ms: int | None, language: str) -> str:
        """`22 Nov 2026, 09:00:00`; a dash for None."""
        if ms is None or not 0 <= ms < _YEAR_9999_MS:
            return "–"
        return str(format_datetime(local(ms, self._zone), "d MMM y, HH:mm:ss", locale=language))

    def ago(self, ms: int | None, said: Words) -> str:
        if ms is None:
            return said("time.never")
        seconds = (self._clock.wall_ms() - ms) // 1000
        return said("time.now") if seconds < _NOW_S else said("time.ago", span=span(seconds, said))


def megabytes(number: int) -> str:
    return f"{number / 1024:.1f} GB" if number >= 1024 else f"{number} MB"


def span(seconds: int, said: Words) -> str:
    """`3 h`, in the largest whole unit."""
    for unit, size in _UNITS:
        if seconds >= size:
            return said(f"time.{unit}", number=seconds // size)
    return said("time.second", number=max(0, seconds))


def drawn(svg: str) -> Markup:
    """A picture of ours, made from numbers and not from anybody's words."""
    return Markup(svg)  # noqa: S704
