"""What the three programs share on their command lines: --home, --site, and one clear sentence on an error."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk import logs, settings
from kiosk.domain.errors import KioskError
from kiosk.settings import Settings
from kiosk.words import Words, load

OK, FAILED, INTERRUPTED = 0, 1, 130
DEFAULT_HOME = Path("~/.local/state/market-kiosk")
FALLBACK_LANGUAGE = "id"
log = logs.Log("command")


def default_home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("KIOSK_HOME") or DEFAULT_HOME).expanduser()


def common(home: Path) -> argparse.ArgumentParser:
    """The options that stand before or after the subcommand; read them with `home_of`."""
    parser = argparse.ArgumentParser(add_help=False)
    suppress = argparse.SUPPRESS  # so that the subcommand's parser does not undo what stood before it
    parser.add_argument("--home", type=Path, default=suppress, metavar="DIR", help=f"state; default {home}")
    parser.add_argument("--site", type=Path, default=suppress, metavar="FILE", help="TOML over the shipped settings")
    return parser


def actions(
    parser: argparse.ArgumentParser, common: list[argparse.ArgumentParser], told: Mapping[str, str]
) -> dict[str, argparse.ArgumentParser]:
    """A subcommand for each of `told`, with its sentence and the options that all of them have; by name."""
    subparsers = parser.add_subparsers(dest="action", required=True, metavar="ACTION", title="actions")
    return {
        name: subparsers.add_parser(name, parents=common, help=help, description=help) for name, help in told.items()
    }


def home_of(arguments: argparse.Namespace, home: Path) -> Path:
    return Path(getattr(arguments, "home", home)).absolute()


def words_of(chosen: Settings) -> Words:
    """The words of the first language. Raises SettingsError."""
    return load(chosen.languages.order[0])


def run(
    program: str,
    arguments: argparse.Namespace,
    work: Callable[[Settings], int],
    *,
    service: bool,
    home: Path | None = None,
) -> int:
    """The exit code of `work`. Any error becomes one sentence on standard error and 1; never a traceback.

    `home`: of a kiosk, whose officers may have set something; None for the centre.
    A `service` logs what it does; a command that answers and ends logs only what goes wrong.
    """
    logs.start(program, logging.INFO if service else logging.WARNING)
    language = FALLBACK_LANGUAGE
    try:
        site = getattr(arguments, "site", None)
        if home is None:
            chosen = settings.load(site)
        else:
            from kiosk import officer_settings  # late: the centre has no officers' settings, nor what writes them

            chosen = officer_settings.load(home, site)
        language = chosen.languages.order[0]
        return work(chosen)
    except KioskError as error:
        _say(error, language)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `… | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 the last resort: a traceback may quote what it should not
        log.error("crashed", exception=error)
        _say(KioskError("command.failed"), language)
    return FAILED


def _say(error: KioskError, language: str) -> None:
    try:
        sentence = load(language).error(error)
    except KioskError:  # the word files themselves are missing
        sentence = f"{error.id} {error.facts}"
    print(sentence, file=sys.stderr)


def write_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
