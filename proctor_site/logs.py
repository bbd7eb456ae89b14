"""How a record of the log is written: one line each, as text or as JSON. Standard library only; workers use it too.

Records name sessions, exports and tasks by their ids and nobody by name, and what a database says about the values of
a row is left out.
"""

from __future__ import annotations

import json
import logging
import os
import re
from datetime import datetime, timezone
from types import TracebackType

FORMATS = {"text": "proctor_site.logs.TextFormatter", "json": "proctor_site.logs.JsonFormatter"}
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SESSIONS = re.compile(rf"(?:sessions?|candidate|snapshots|practice run)[ ./]({UUID}(?:, {UUID})*)", re.IGNORECASE)


def sessions_in(message: str) -> list[str]:
    return sorted({name.lower() for names in SESSIONS.findall(message) for name in names.split(", ")})


class Refusals(logging.Filter):
    """What a request was refused for, and answered 4xx, is no fault of the site's: it has a line, and no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True


class Formatter(logging.Formatter):
    """Leaves out what PostgreSQL quotes of the offending row: “Key (username)=(…) already exists.” and the like."""

    def formatException(self, exc_info: ExceptionInfo) -> str:  # logging's name
        text = super().formatException(exc_info)
        error: BaseException | None = exc_info[1]
        while error is not None:
            if detail := getattr(getattr(error, "diag", None), "message_detail", None):
                text = text.replace(detail, "(left out)")
            error = error.__cause__ or error.__context__
        return text


class TextFormatter(Formatter):
    """``2026-01-31 12:00:00,123 ERROR proctoring.x: words``; a traceback follows on the same line after bars."""

    def __init__(self, process: str = "") -> None:
        super().__init__(f"%(asctime)s %(levelname)s {process or '%(name)s'}: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return " | ".join(super().format(record).splitlines())  # nothing a browser sends can look like a record


class JsonFormatter(Formatter):
    """``time`` (UTC), ``level``, ``logger`` and ``message``; ``process``, ``sessions``, ``status`` and ``exception``
    where there are any."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, tz=timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        if self.process:
            line["process"] = self.process
        if sessions := sessions_in(message):
            line["sessions"] = sessions
        if isinstance(status := getattr(record, "status_code", None), int):  # of a request, from Django
            line["status"] = status
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_worker(process: str) -> None:
    """The log of an analysis worker, which has no Django, in the format of the site's."""
    formatter = JsonFormatter if os.environ.get("PROCTOR_LOG_FORMAT") == "json" else TextFormatter
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(process))
    logging.basicConfig(handlers=[handler])
