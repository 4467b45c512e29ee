"""What the camera or the scanner saw, on its way from vision to the visit. Never logged, never kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

KTP = "ktp"  # printed digits of an e-KTP; codes use their symbology: qr, code128, code39 …
TYPED = "typed"
FORM = "form"  # typed by an officer from a signed paper form
WEDGE = "wedge"


@dataclass(frozen=True, slots=True, repr=False)
class Field:
    """One value read beside the NIK. `confidence` in 0..1; it prefills, it never overrules the person."""

    text: str
    confidence: float

    def __repr__(self) -> str:
        return f"Field(…, {self.confidence:.2f})"


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """One look at one frame, or one scan.

    nik         16 digits when they are accepted, else None
    source      `ktp`, a symbology (`qr`, `code128`, `code39` …), `wedge`, `typed`; "" when nothing was seen
    confidence  0..1 of the least certain digit; 1.0 for a decoded code
    fields      `name`, `birth_place`, `birth_date` (ISO 8601) of a card; `payload` of a code
    hint        message id of what the person could change (`hint.closer` …), "" when there is nothing to say
    outline     four (x, y) corners of what was found, in fractions of the frame, clockwise from its top left
    mark        (x, y, radius) of the place that the hint speaks of; x and radius in fractions of the frame's width,
                y of its height; None when it speaks of no place
    card        four (x, y) corners of the e-KTP that the number stands on, like `outline`; () when none was found
    """

    nik: str | None = None
    source: str = ""
    confidence: float = 0.0
    fields: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))
    hint: str = ""
    outline: tuple[tuple[float, float], ...] = ()
    mark: tuple[float, float, float] | None = None
    card: tuple[tuple[float, float], ...] = ()

    def __repr__(self) -> str:  # a reading is personal data: it must not leak through a traceback
        return f"Reading(source={self.source!r}, nik={'…' if self.nik else None}, confidence={self.confidence:.2f})"
