"""The application with two views more, for a real web server of its own to serve."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

import webapp
from webapp.accounts.access import public
from webapp.security import limited


def create_app() -> Flask:
    """Ours, with `/ten`, which takes ten a minute, and `/seen`, which tells who asks."""
    app = webapp.create_app()

    @app.post("/ten")
    @public
    @limited("10/minute")
    def ten() -> str:
        return "taken"

    @app.get("/seen")
    @public
    def seen() -> Response:
        return jsonify([request.remote_addr, request.scheme, request.host])

    app.extensions["csrf"].exempt(ten)
    return app
