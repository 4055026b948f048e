"""JSON log lines without personal data: ids and reference codes, never names or what people wrote."""

import json
import logging

from smartcity.lib import clock, reference


class JsonFormatter(logging.Formatter):
    """One JSON object a line; `extra={"facts": {...}}` adds fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if code := reference.current():
            line["request_id"] = code
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class NotHostless(logging.Filter):
    """Drop Kombu's warning that a broker has no host: a broker of files has none, and Redis always names one."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("No hostname was supplied.")
