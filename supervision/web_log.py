"""The web server's log: gunicorn's own lines, one line a request, and what the application says.

A request's line ends with its number, which also stands on the page of an error. It holds neither
the secret of a one-time link, nor what a provider sends with somebody back, nor the page that the
reader came from, which may be such a link.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from supervision import logs

_SECRET = re.compile(
    r"(?<=/sign-in/)(?!with/)[^/?\s]+|(?<=/callback\?)\S+"
    r"|(?<=/people\?)\S+|(?<=/audit\?)\S+|(?<=/audit/events\.)\S+"
)

TEXT = "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"
TEXT_TIME = "%Y-%m-%d %H:%M:%S %z"


class WebLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger with our line for a request, and one format for all loggers."""

    def setup(self, cfg: Any) -> None:
        """Set gunicorn's handlers, then the format of everything that this process logs."""
        super().setup(cfg)
        formatter = logs.JsonFormatter() if logs.as_json() else logging.Formatter(TEXT, TEXT_TIME)
        # The application's loggers end at the root; it adds no handler where there is one.
        if not logging.root.handlers:
            logging.root.addHandler(logging.StreamHandler())
        for logger in (logging.root, self.error_log, self.access_log):
            for handler in logger.handlers:
                handler.setFormatter(formatter)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Log one request."""
        if not self.access_log_enabled:
            return
        path = _SECRET.sub("…", environ["RAW_URI"])
        status = int(str(resp.status).split(None, 1)[0])
        milliseconds = round(request_time.total_seconds() * 1000, 1)
        number = next((v for name, v in resp.headers if name.lower() == "x-request-id"), "")
        fields = {
            "address": environ.get("REMOTE_ADDR", ""),
            "method": environ["REQUEST_METHOD"],
            "path": path,
            "status": status,
            "bytes": resp.sent,
            "milliseconds": milliseconds,
            "request": number,
        }
        self.access_log.info(
            '%s "%s %s" %s %s bytes %s ms %s',
            *(fields[name] for name in fields),
            extra={"fields": fields},
        )

    def close_on_exec(self) -> None:
        """Do nothing: no file that Python opens outlives an exec (PEP 446).

        gunicorn would ask every logger there is for its files, in every worker; the touch alone
        makes 5 MB of the master's memory its own.
        """
