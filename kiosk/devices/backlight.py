"""How bright the panel is, by its own light where the kernel lets this user set it."""

from pathlib import Path

ROOT = Path("/sys/class/backlight")


def shine(brightness: float, root: Path = ROOT) -> bool:
    """`brightness` 0 … 1. False where no panel's light can be set, so that a veil has to do it."""
    done = False
    for panel in root.glob("*"):
        try:
            most = int((panel / "max_brightness").read_text())
            (panel / "brightness").write_text(str(max(round(most * brightness), 1)))
        except (OSError, ValueError):  # not ours to set, or no number there
            continue
        done = True
    return done
