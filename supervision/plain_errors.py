"""What the web server itself answers to a request that never reaches the application.

Plain text with the headers that the application's answers have, and nothing of what was sent.
Imports gunicorn.
"""

from __future__ import annotations

import socket

from gunicorn import util

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

REMEDIES = {
    400: "The request cannot be read. Open the page again from this site.",
    408: "The request did not arrive in time. Send it again.",
    414: "The address is longer than this site accepts. Shorten what you search for.",
    431: "The browser sent more headers than this site accepts. Delete its cookies and try again.",
    500: "The fault is ours. Try again; if it stays, tell the operator when it happened.",
}


def answer(client: socket.socket, status: int, reason: str, _message: str = "") -> None:
    """Send the answer, as far as the client takes it at once; as `gunicorn.util.write_error`."""
    body = f"{status} {reason}\n\n{REMEDIES.get(status, REMEDIES[400])}\n".encode()
    lines = [
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in HEADERS.items()),
    ]
    util.write_nonblock(client, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
