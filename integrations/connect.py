"""Pages for the owner of a store who follows an install link: no account here is needed."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from integrations.services import installs
from integrations.services.install_refusals import InstallRefused
from integrations.services.installs import Departure

COOKIE_AGE_S = installs.STATE_MINUTES * 60
View = Callable[..., HttpResponse]


def cookie_name() -> str:
    """`__Host-` ties the cookie to this very host; browsers allow it over https only."""
    return "__Host-crossdock-install" if settings.IS_HTTPS else "crossdock-install"


def _with_refusals(view: View) -> View:
    """A refused installation is a page in plain words, never an error page."""

    @never_cache
    @require_GET
    @wraps(view)
    def wrapped(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except InstallRefused as exc:
            context = {"reason": exc.reason, "sentence": str(exc)}
            status = 404 if exc.reason == "unknown" else 403
            return render(request, "connect/refused.html", context, status=status)

    return wrapped


@_with_refusals
def open_install(request: HttpRequest, vendor: str, token: str) -> HttpResponse:
    """Ask for the store's address where the link names none; then go there."""
    link = installs.find_link(token, timezone.now())
    account = request.GET.get("account", "")
    if not (link.account or account.strip()):
        return render(request, "connect/ask.html")
    try:
        departure = installs.open_link(link, account, timezone.now())
    except InstallRefused as exc:
        if exc.reason != "no_account":
            raise
        context = {"error": str(exc), "account": account}
        return render(request, "connect/ask.html", context, status=400)
    return _leave(request, departure, typed=bool(account))


def _leave(request: HttpRequest, departure: Departure, *, typed: bool) -> HttpResponse:
    """Send the browser off with its ticket.

    After a form it cannot be a redirect: the policy `form-action 'self'` forbids leaving by one.
    """
    if typed:
        context = {"url": departure.url, "account": departure.account}
        response = render(request, "connect/leaving.html", context)
        response["Refresh"] = f"0;url={departure.url}"
    else:
        response = redirect(departure.url)
    response.set_cookie(
        cookie_name(),
        departure.ticket,
        max_age=COOKIE_AGE_S,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


@_with_refusals
def callback(request: HttpRequest, vendor: str) -> HttpResponse:
    """The store's owner said yes, or no."""
    ticket = request.COOKIES.get(cookie_name(), "")
    connection = installs.finish(request.GET.dict(), ticket, timezone.now)
    # The ticket stays until it expires: who loads this page again is told that all is done.
    return render(request, "connect/connected.html", {"connection": connection})
