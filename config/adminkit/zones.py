"""A person's own time zone: chosen once, used for every time on the pages of the admin.

In a cookie, like the sizes of lists: it asks for no table and no query, and a laptop that travels
need not agree with the screen in the office. What the portal plans (schedules, cut-offs) has
zones of its own, and what it stores or mails is in the zone of the portal.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from .remembering import Pair, remember, remembered

COOKIE = "zone"
MOST_KEPT = 20  # people at one browser
REGIONS = (
    "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/",
    "Indian/", "Pacific/",
)  # fmt: skip


@cache
def zone_names() -> tuple[str, ...]:
    """Those that people know by a place, and UTC; read off the disk once."""
    names = (name for name in available_timezones() if name.startswith(REGIONS))
    return (*sorted(names), "UTC")


class OwnTimeZone:
    """Middleware: the pages of the admin are in the zone of whoever looks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Outside of the admin, and for who chose none, nothing changes."""
        if COOKIE not in request.COOKIES or not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        with timezone.override(own_zone(request) or None):
            return self.get_response(request)


def own_zone(request: HttpRequest) -> str:
    """What this person chose; empty: what everybody has."""
    return dict(_kept(request)).get(str(request.user.pk), "")


def zone_words() -> str:
    """The zone of now in few letters: PST, UTC+5:30."""
    short = timezone.localtime().tzname() or ""
    if short[:1] not in "+-":  # many zones have no letters, only hours
        return short
    hours, minutes = short[:3], short[3:]
    return f"UTC{hours[0]}{int(hours[1:])}{':' + minutes if minutes else ''}"


class ZoneForm(forms.Form):
    """A list of places, each with what its clocks show now."""

    zone = forms.ChoiceField(label="Your time zone", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.now()
        everybody = f"Like everybody: {_option(settings.TIME_ZONE, now)}"
        places = groupby(zone_names(), lambda name: name.partition("/")[0])
        field: Any = self.fields["zone"]
        field.choices = [
            ("", everybody),
            *((area, [(name, _option(name, now)) for name in names]) for area, names in places),
        ]


def _option(name: str, now: datetime) -> str:
    """Los Angeles, 09:41 Fri."""
    place = name.partition("/")[2].replace("_", " ").replace("/", ", ") or name
    return f"{place}, {now.astimezone(ZoneInfo(name)):%H:%M %a}"


def zone_page(site: Any, request: HttpRequest) -> HttpResponse:
    """GET asks; POST remembers, and shows the page in the new zone."""
    sent = request.POST if request.method == "POST" else None
    form = ZoneForm(sent, initial={"zone": own_zone(request)})
    if form.is_valid():
        return _keep(request, form.cleaned_data["zone"])
    page: HttpResponse = site.render(
        request, "adminkit/time_zone.html", {"form": form}, title="Your time zone"
    )
    return page


def _keep(request: HttpRequest, zone: str) -> HttpResponse:
    mine = str(request.user.pk)
    kept = [pair for pair in _kept(request) if pair[0] != mine]
    kept += [(mine, zone)] if zone else []
    said = f"Times are in {(zone or settings.TIME_ZONE).replace('_', ' ')} now."
    messages.success(request, said)
    answer = HttpResponseRedirect(request.path)
    remember(request, answer, COOKIE, kept[-MOST_KEPT:])
    return answer


def _kept(request: HttpRequest) -> list[Pair]:
    return remembered(request, COOKIE, zone_names().__contains__)
