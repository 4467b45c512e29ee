"""When a NIK that was read may be taken for true. A NIK has no check digit: sureness and agreement must stand in."""

from collections import defaultdict
from dataclasses import dataclass, field

STRONG = 0.95  # 0 wrong of 800 hard frames from here on (measured on specimen cards)
FAIR = 0.8
ENOUGH = 0.5  # a read under this is no vote
MANY = 4  # fair reads of a number whose regions are not the card's
SEVERAL = 3  # equal reads of which one is fair; blur misleads frame after frame in the same way, up to 0.76 sure


@dataclass(frozen=True, slots=True, repr=False)
class Sighting:
    """One read of a well-formed NIK with what stood around it on the same frame.

    probability  of the least sure digit, 0..1
    label        "NIK" stands before it, at an e-KTP's place
    birth_date   the printed birth date equals its digits 7 to 12
    foreign      a word of another kind of card stands nearby
    elsewhere    the card names other regions than the number: light on one digit can do that
    """

    digits: str
    probability: float
    label: bool
    birth_date: bool
    foreign: bool = False
    elsewhere: bool = False

    @property
    def anchored(self) -> bool:
        return not self.foreign and (self.label or self.birth_date)

    @property
    def enough_alone(self) -> bool:
        """The rule for a single picture."""
        if not self.anchored or self.elsewhere:
            return False
        return self.probability >= STRONG or (self.probability >= FAIR and self.label and self.birth_date)


@dataclass(slots=True, repr=False)
class Votes:
    """Sightings over the frames of one look."""

    _seen: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))

    def add(self, sighting: Sighting) -> bool:
        """Whether the sighting's NIK is accepted now: alone, by two fair reads, or by several with a fair one.

        One of them must have an anchor. Another NIK that was seen as often holds the acceptance back.
        """
        seen = self._seen[sighting.digits]
        if sighting.probability >= ENOUGH:
            seen.append(sighting)
        fair = sum(one.probability >= FAIR for one in seen)
        if sighting.elsewhere and fair < MANY:
            return False
        if not (sighting.enough_alone or fair >= 2 or (fair and len(seen) >= SEVERAL)):
            return False
        if any(one.foreign for one in seen) or not any(one.anchored for one in [*seen, sighting]):
            return False
        rival = max((len(other) for digits, other in self._seen.items() if digits != sighting.digits), default=0)
        return len(seen) > rival

    def anchored(self, digits: str) -> bool:
        """Whether an anchor was already seen with this NIK, so that looking for it again can be spared."""
        return any(one.anchored for one in self._seen.get(digits, ()))
