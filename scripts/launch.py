"""What scripts/run does once everything is set up. State lives in --home (default .home): central/ and kiosk/."""

import argparse
import contextlib
import signal
import sys
import time
from pathlib import Path

import demo
from together import Failed, display, say, site_for_here, together, wanted_port

from kiosk import settings
from kiosk.domain.errors import KioskError
from kiosk.words import load

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser("run", description="Starts the central API, the sync daemon and the kiosk.")
    parser.add_argument("--demo", action="store_true", help="unattended; one line of JSON at the end")
    parser.add_argument("--home", type=Path, metavar="DIR", help="state (default: .home; of --demo one that goes away)")
    parser.add_argument("--site", type=Path, metavar="FILE", help="site settings, TOML")
    parser.add_argument("--port", type=int, metavar="N", help="of the central API (default: as in the settings)")
    asked = parser.parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM):  # also where a shell in the background has SIGINT ignored
        signal.signal(stop, signal.default_int_handler)
    try:
        if asked.demo:
            return demo.run(asked.home)
        return run(asked.home or ROOT / ".home", asked.site, asked.port)
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    except (Failed, KioskError) as error:
        say(load("en").error(error) if isinstance(error, KioskError) else str(error))
        return 1


def run(home: Path, site: Path | None, port: int | None) -> int:
    chosen = settings.load(site)
    with contextlib.ExitStack() as stack:
        environment = stack.enter_context(display(chosen.panel.width or 1080, chosen.panel.height or 1920))
        site = site_for_here(chosen, site, home)
        with together(home, site, port or wanted_port(home, chosen), environment, officers=True) as parts:
            say("The kiosk is running. Ctrl-C stops it, the sync daemon and the central API.")
            while True:
                for name, part in parts.items():
                    if (code := part.poll()) is not None:
                        raise Failed(f"{name} ended by itself (exit code {code}); its last lines stand above.")
                time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
