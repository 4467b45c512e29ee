"""One JSON line format for all programs. Only the fields on the list pass, so no log line can hold a person's data."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Names, counts, times and ids; nothing that a trader types, says or shows.
FIELDS = frozenset(
    {
        "attempt", "bytes", "cause", "count", "device", "driver", "error", "file", "health", "host", "id", "kiosk",
        "language", "ms", "next_s", "outcome", "path", "port", "program", "reason", "seq", "state", "status", "step",
        "url", "version", "waiting", "accepted", "duplicate", "refused", "where",
    }
)  # fmt: skip


class JsonLines(logging.Formatter):
    """`{"at": …, "level": …, "program": …, "event": …, …}`. Of an exception only the type and places are written."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self.program = program

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "program": self.program,
            "event": record.msg if record.name.startswith("kiosk.") else record.name,
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-4:]
            line["where"] = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
        return json.dumps(line, ensure_ascii=False)


class Log:
    """`log = Log("sync"); log.info("round.done", accepted=3)`. An unlisted field is a programming error and raises."""

    def __init__(self, part: str) -> None:
        self._logger = logging.getLogger(f"kiosk.{part}")

    def info(self, event: str, **facts: str | int | float | None) -> None:
        self._write(logging.INFO, event, facts)

    def warning(self, event: str, **facts: str | int | float | None) -> None:
        self._write(logging.WARNING, event, facts)

    def error(self, event: str, exception: BaseException | None = None, **facts: str | int | float | None) -> None:
        self._write(logging.ERROR, event, facts, exception)

    def _write(
        self, level: int, event: str, facts: dict[str, str | int | float | None], exception: BaseException | None = None
    ) -> None:
        unlisted = facts.keys() - FIELDS
        if unlisted:
            raise ValueError(f"not on the list of log fields: {', '.join(sorted(unlisted))}")
        self._logger.log(level, event, extra={"facts": facts}, exc_info=exception)


def start(program: str, level: int = logging.INFO) -> None:
    """Sends this process's log lines to standard error; of foreign libraries only warnings, without their text."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(program))
    handler.addFilter(lambda record: record.name.startswith("kiosk.") or record.levelno >= logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("kiosk").setLevel(level)
