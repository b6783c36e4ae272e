"""Signing in with a provider: there and back again."""

from __future__ import annotations

import logging

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import attempts, failures, identities, sessions
from webapp.accounts.access import me, public, requires
from webapp.accounts.models import SignInAttempt
from webapp.accounts.pages import go_on, local_address
from webapp.accounts.providers.interface import Provider, ProviderFailed, Recognised
from webapp.errors import Problem

log = logging.getLogger(__name__)

blueprint = Blueprint("providers", __name__)


@blueprint.get("/sign-in/with/<key>")
@public
def begin(key: str) -> Response:
    """Send the browser to the provider.

    By GET, because the policy of our pages lets no form lead to another site.
    """
    return _send(_provider(key), local_address(session.get("next", "")), None)


@blueprint.get("/account/link/<key>")
@requires("curate")
def begin_linking(key: str) -> Response:
    """Send somebody who is signed in to the provider, to add a way to sign in."""
    provider = _provider(key)
    if g.from_elsewhere:
        raise Problem(
            400,
            f"Do you want to sign in with {provider.label} too?",
            "Another site sent you here. If you want it, choose it on your account's page.",
            link=(url_for("account.page"), "Your account"),
        )
    return _send(provider, url_for("account.page"), me().id)


@blueprint.get("/sign-in/with/<key>/callback")
@public
def finish(key: str) -> Response:
    """Where the provider sends the browser back to."""
    provider = _provider(key)
    failures.refuse_guessing()
    attempt = attempts.take(
        current.runtime(),
        request.args.get("state", ""),
        provider=key,
        browser=sessions.browser(),
    )
    if attempt is None:
        raise _not_ours(provider)
    try:
        who = provider.finish(request.args, attempt.nonce, attempt.verifier, _redirect_uri(key))
    except ProviderFailed as error:
        raise _told(provider, error, attempt) from error
    if attempt.person_id is not None:
        return _link(provider, who, attempt.person_id)
    return _arrive(provider, who, attempt.destination)


def _send(provider: Provider, destination: str, person_id: str | None) -> Response:
    failures.refuse_guessing()
    failures.count_start()
    try:
        started = provider.begin(_redirect_uri(provider.key))
    except ProviderFailed as error:
        raise _told(provider, error, None) from error
    attempts.keep(
        current.runtime(),
        started,
        provider=provider.key,
        browser=sessions.browser(),
        destination=destination,
        person_id=person_id,
    )
    return redirect(started.url, 303)


def _arrive(provider: Provider, who: Recognised, destination: str) -> Response:
    settings = current.settings()
    try:
        person = identities.arrive(
            current.database(),
            provider.key,
            who,
            admins=settings.admin_users,
            new_people=settings.new_people,
        )
    except identities.Unwelcome as error:
        failures.note(provider.key, "unknown")
        raise Problem(
            403,
            "This site does not know you yet.",
            f"{provider.label} says who you are, and new people come by invitation here. Ask an "
            f"administrator for a link; once you are in, add {provider.label} on your account's "
            "page.",
            link=(url_for("accounts.sign_in"), "Other ways to sign in"),
        ) from error
    return go_on(person, provider.label, destination)


def _link(provider: Provider, who: Recognised, person_id: str) -> Response:
    if g.person is None or g.person.id != person_id:
        failures.note(provider.key, "somebody else")
        raise Problem(
            400,
            f"{provider.label} was not added.",
            "You were signed out meanwhile. Sign in, then add it once more.",
            link=(url_for("accounts.sign_in", next=url_for("account.page")), "Sign in"),
        )
    try:
        identities.link(current.database(), person_id, provider.key, provider.label, who)
    except identities.NotLinked as error:
        failures.note(provider.key, "not linked")
        raise Problem(
            409,
            f"{provider.label} was not added.",
            str(error),
            link=(url_for("account.page"), "Your account"),
        ) from error
    flash(f"From now on {provider.label} signs you in too.", "success")
    return redirect(url_for("account.page"), 303)


def _provider(key: str) -> Provider:
    found: Provider | None = current_app.extensions["kewp.providers"].get(key)
    if found is None:
        raise Problem(
            404,
            "There is no such way to sign in here.",
            "It may have been removed.",
            link=(url_for("accounts.sign_in"), "How to sign in"),
        )
    return found


def _redirect_uri(key: str) -> str:
    """What is registered at the provider: from `PUBLIC_URL`, whatever the browser's `Host` says."""
    return f"{current.settings().address}{url_for('providers.finish', key=key)}"


def _not_ours(provider: Provider) -> Problem:
    """Nothing was begun under this state, as far as we know."""
    failures.note(provider.key, "state")
    if g.person is not None:
        return Problem(
            400,
            "This sign-in is over.",
            f"You are signed in as {g.person.name} already, perhaps by this very one.",
            link=(local_address(session.get("next", "")), "Go on"),
        )
    return Problem(
        400,
        "This sign-in cannot be finished.",
        "It was begun in another browser, or finished already, or took more than "
        f"{attempts.VALID_FOR.seconds // 60} minutes; your browser must keep our cookie. Begin "
        "once more.",
        link=(url_for("accounts.sign_in"), "Sign in"),
    )


_WORDS = {
    "down": (
        503,
        "{0} does not answer.",
        "The fault is not yours. Wait a moment and try again, or sign in another way.",
    ),
    "denied": (
        403,
        "You did not let {0} tell us who you are.",
        "Nothing was changed. Try again and agree, or sign in another way; we ask for your "
        "identifier and your name alone.",
    ),
    "refused": (
        503,
        "{0} did not let you in.",
        "Try again. If it stays like this, the registration of this site at {0} needs its "
        "operator.",
    ),
    "nonce": (
        400,
        "The answer of {0} belongs to another sign-in.",
        "You are not signed in. Begin once more, from this site.",
    ),
    "expired": (
        503,
        "The answer of {0} is out of date.",
        "Try again. If it stays like this, the clock of this site or of {0} is wrong; tell the "
        "operator.",
    ),
    "token": (
        503,
        "The answer of {0} cannot be trusted.",
        "You are not signed in. Try again, or sign in another way; if it stays like this, tell "
        "the operator.",
    ),
}


def _told(provider: Provider, error: ProviderFailed, attempt: SignInAttempt | None) -> Problem:
    """A failure of the provider, recorded, as a page that says what to do."""
    log.log(
        logging.INFO if error.reason == "denied" else logging.WARNING,
        "request %s: sign-in with %s failed (%s): %s",
        g.request_id,
        provider.key,
        error.reason,
        error,
    )
    failures.note(provider.key, error.reason)
    status, title, detail = _WORDS[error.reason]
    link = (url_for("accounts.sign_in"), "Sign in")
    if attempt is not None and attempt.person_id is None:
        link = (url_for("accounts.sign_in", next=attempt.destination), "Sign in")
    elif g.person is not None:
        link = (url_for("account.page"), "Your account")
    return Problem(
        status,
        title.format(provider.label),
        detail.format(provider.label),
        link=link,
        retry_after=30 if status == 503 else None,
    )
