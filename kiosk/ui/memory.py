"""Memory: what lasts is not searched again, and what a visit left goes back to the system, which clears it."""

import ctypes
import gc

_trim = getattr(
    ctypes.CDLL(None), "malloc_trim", None
)  # glibc: without it freed pages stay ours, with what was in them


def settle() -> None:
    """Once all screens stand: the collector leaves them alone, or it would halt a visit for a tenth of a second."""
    gc.collect()
    gc.freeze()


def thaw() -> None:
    """A screen was thrown away with what it held: let the collector find it again."""
    gc.unfreeze()


def give_back() -> None:
    """For a moment in which nobody touches: it takes some tens of milliseconds."""
    gc.collect()
    if _trim is not None:
        _trim(0)
