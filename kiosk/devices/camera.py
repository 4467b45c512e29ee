"""What every camera driver offers. The worker owns the thread, the retries and the health; a driver only reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

CLIPS = frozenset({".avi", ".mp4", ".mkv", ".mov", ".webm", ".mjpg", ".mjpeg"})


@dataclass(frozen=True, slots=True, repr=False, weakref_slot=True)
class Frame:
    """One picture of a camera: H×W×3 uint8 BGR, its time in milliseconds (monotonic), its number since opening."""

    image: "npt.NDArray[np.uint8]"
    t_ms: int
    seq: int


class Camera(Protocol):
    @property
    def live(self) -> bool:
        """Whether the frames come from a sensor, whose noise makes no two of them alike."""
        ...

    def open(self) -> None:
        """Raises DeviceError `camera.absent` when there is nothing to open."""
        ...

    def read(self) -> Frame | None:
        """The next frame; waits for it. None when this one was lost. Raises DeviceError `camera.lost`."""
        ...

    def close(self) -> None:
        """Releases the device; harmless when it is not open."""
        ...
