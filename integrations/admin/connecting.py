"""The page that connects a system with credentials of our own: our store, a warehouse, an ERP."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from pydantic import ValidationError

from integrations import registry
from integrations.admin.connection_buttons import MANAGE
from integrations.admin.connection_facts import by_install_link, has_flows, why_no_flows
from integrations.admin.places import address, row_url
from integrations.admin.provider_forms import ProviderForm, form_for_new
from integrations.errors import ProviderError, Rejected
from integrations.models import Connection
from integrations.models.connection import StockAuthority
from integrations.providers.base import Provider, PublishesProducts
from integrations.services.connecting import stock_authority_of
from integrations.services.lifecycle import CannotChange, connect_system
from integrations.services.subscriptions import sends_webhooks


def connect_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A form of the provider's own fields; nothing is saved unless the account answers."""
    cls = registry.providers().get(slug)
    if cls is None or by_install_link(cls):
        raise Http404
    given = {name: request.GET[name] for name in cls.Settings.model_fields if name in request.GET}
    form = form_for_new(cls)(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        connection = try_to_connect(cls, form)
        if connection is not None:
            return say_connected(request, connection)
    own = issubclass(cls, PublishesProducts)
    observes = stock_authority_of(cls) == StockAuthority.OBSERVE
    title = "Connect your own store" if own else f"Connect {cls.label}"
    site: Any = admin.site
    return site.render(  # type: ignore[no-any-return]
        request,
        "admin/integrations/connection/connect.html",
        {
            "form": form,
            "provider": cls,
            "own": own,
            "observes": observes,
            "others": other_systems(cls.slug),
        },
        title=title,
    )


def try_to_connect(cls: type[Provider], form: ProviderForm) -> Connection | None:
    """The new connection; None with the reason in the form."""
    data = form.cleaned_data
    try:
        return connect_system(cls.slug, data["settings"], data["secrets"], data["name"])
    except Rejected as exc:
        form.add_error(None, f"Nothing was saved. {exc} Is the account spelled right?")
    except (ProviderError, CannotChange) as exc:
        form.add_error(None, f"Nothing was saved. {exc}")
    except ValidationError:
        form.add_error(None, "Nothing was saved. The provider does not take these values.")
    except ValueError as exc:
        form.add_error(None, f"Nothing was saved. {exc}")
    return None


def say_connected(request: HttpRequest, connection: Connection) -> HttpResponseRedirect:
    """Back to the page that leads on."""
    what = "Run now brings its data in; a schedule does it by itself."
    if not has_flows(connection):
        what = why_no_flows(connection)
    elif sends_webhooks(connection):
        what = "Its webhooks are being registered."
    text = '{} is connected. {} <a href="{}">Dashboard</a>'
    messages.success(request, format_html(text, connection.name, what, address("index")))
    return HttpResponseRedirect(row_url(connection) or address("index"))


def other_systems(slug: str) -> list[tuple[str, str]]:
    """What else is connected with credentials, besides this provider: (label, address)."""
    found = [one for one in registry.providers().values() if not by_install_link(one)]
    rows = [(one.label, address("connect_system", one.slug)) for one in found if one.slug != slug]
    return sorted(rows)


site: Any = admin.site
FORM = ("GET", "POST")
site.add_page("connect/<slug:slug>/", connect_page, "connect_system", perm=MANAGE, methods=FORM)
