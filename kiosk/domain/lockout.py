"""How long the door stays shut after wrong tries: a few are free, then each wait is longer than the one before.

Three things are counted apart, so that nobody can lock out somebody else's badge by typing nonsense:
a badge (by its mark), a typed number (whether it is anybody's or not), and all typing at this kiosk.
"""

from kiosk.domain.officer import badge_mark

KIOSK = "kiosk"  # all typing, and badges that nobody has
FREE = 3  # wrong tries with one badge or one number
FREE_KIOSK = 9  # … and with several numbers, one after the other
WAITS_S = (30, 60, 5 * 60, 15 * 60, 60 * 60)  # the last one for every wrong try after that


def wait_s(who: str, failures: int) -> int:
    """Seconds after so many wrong tries without a right one between them."""
    beyond = failures - (FREE_KIOSK if who == KIOSK else FREE)
    return WAITS_S[min(beyond, len(WAITS_S)) - 1] if beyond > 0 else 0


def bound_by(badge: str, number: str) -> tuple[str, ...]:
    """What locks out whoever shows this badge, or without one types this number ("" before it is whole)."""
    if badge:
        return (badge_mark(badge),)
    return (number, KIOSK) if number else (KIOSK,)
