"""Structured logs on stderr: lines for people on a terminal, JSON everywhere else."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

from shared.model.secrets import masked


def configure(level: str = "info", form: str = "auto") -> None:
    """`form`: auto | json | console. Records of the standard library go the same way."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        stamp,
        without_secrets,
    ]
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if console
        else [structlog.processors.format_exc_info, without_secrets, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[remove, *last], foreign_pre_chain=before))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("aiohttp.access").setLevel("WARNING")  # the gateway writes one line per request itself
    for chatty in ("asyncio", "PIL", "rapidocr", "RapidOCR"):
        logging.getLogger(chatty).setLevel("WARNING")


def without_secrets(logger: Any, method: str, event: EventDict) -> EventDict:
    """Keys, tokens and passwords in texts, such as in an address that could not be opened, are masked."""
    for name, value in event.items():
        if isinstance(value, str) and len(value) >= 8:
            event[name] = masked(value)
    return event
