"""The sidebar, derived from what is registered: each ModelAdmin and page declares its own place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from .counting import count_each, count_words

if TYPE_CHECKING:
    from .site import PortalAdminSite

GROUPS = ("", "Sell", "Stock", "Integrations", "System")
COUNT_SECONDS, MOST = 15, 999
CACHE_PREFIX = "adminkit:nav:"


@dataclass(frozen=True)
class Nav:
    """Place of a sidebar item. `key` is the letter after g; no label: the model's plural."""

    group: str = "System"
    order: int = 100
    icon: str = "box"
    key: str = ""
    label: str | None = None


@dataclass(frozen=True)
class Page:
    """A page of the site that is no model. `perm` is a permission or a test of the request;
    `methods` are those it answers, any other is a 405."""

    route: str
    view: Callable[..., Any]
    name: str
    nav: Nav | None = None
    perm: str | Callable[[HttpRequest], bool] = ""
    rows: Callable[[HttpRequest], QuerySet[Any]] | None = None
    tone: str = "bad"
    methods: tuple[str, ...] = ("GET",)

    @property
    def is_button(self) -> bool:
        """Whether it only does something and shows nothing."""
        return "GET" not in self.methods

    def takes(self, method: str | None) -> bool:
        """Whether it answers this method; who may read may also ask for the headers alone."""
        return method in self.methods or (method == "HEAD" and "GET" in self.methods)

    def allows(self, request: HttpRequest) -> bool:
        """Whether this person may open the page."""
        if callable(self.perm):
            return self.perm(request)
        return not self.perm or request.user.has_perm(self.perm)


@dataclass
class Item:
    """One line of the sidebar as the template sees it."""

    nav: Nav
    label: str
    url: str
    rows_of: Callable[[HttpRequest], QuerySet[Any]] | None = None
    tone: str = "bad"
    count: int = 0
    active: bool = False
    note: str = field(default="need attention")

    @property
    def icon(self) -> str:
        """Name of its icon."""
        return self.nav.icon

    @property
    def key(self) -> str:
        """Letter that goes there after g."""
        return self.nav.key

    @property
    def shown(self) -> str:
        """The count as people read it."""
        return count_words(self.count, MOST)


def name_of(model_admin: Any) -> str:
    """What the sidebar calls its rows."""
    plural = str(model_admin.opts.verbose_name_plural)
    nav = getattr(model_admin, "nav", None)
    return (nav and nav.label) or plural[:1].upper() + plural[1:]


def build_nav(site: "PortalAdminSite", request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of items this person may view, with counts no older than 15 seconds."""
    items = [*_page_items(site, request), *_model_items(site, request)]
    fill_counts(items, request)
    mark_active(items, request.path, reverse("admin:index"))
    return [{"label": name, "items": group} for name, group in _grouped(items)]


def may_open_anything(site: "PortalAdminSite", request: HttpRequest) -> bool:
    """Whether the sidebar has more than the dashboard for this person."""
    pages = any(page.nav and page.allows(request) for page in site.pages)
    return pages or next(_model_items(site, request), None) is not None


def fill_counts(items: list[Item], request: HttpRequest) -> None:
    """Put the counts in, from the cache where it has them; the others all by one query."""
    counted = {f"{CACHE_PREFIX}{item.url}": item for item in items if item.rows_of}
    known = cache.get_many(counted) if counted else {}
    missing = {key: item for key, item in counted.items() if key not in known}
    if missing:
        sets = {key: item.rows_of(request) for key, item in missing.items()}  # type: ignore[misc]
        fresh = count_each(sets, MOST)
        cache.set_many(fresh, COUNT_SECONDS)
        known |= fresh
    for key, item in counted.items():
        item.count = known[key]


def forget_counts(site: "PortalAdminSite") -> None:
    """Who has just pressed a button sees its effect in sidebar and tabs at once."""
    kept = [_tab_key(one, view) for one in site._registry.values() for view in _slow_views(one)]
    cache.delete_many([*kept, *(f"{CACHE_PREFIX}{_list_of(model)}" for model in site._registry)])


def recall_counts(model_admin: Any, views: Iterable[str]) -> dict[str, int]:
    """Counts of views that take long to count, no older than 15 seconds."""
    keys = {_tab_key(model_admin, view): view for view in views}
    return {keys[key]: count for key, count in (cache.get_many(keys) if keys else {}).items()}


def keep_counts(model_admin: Any, counts: Mapping[str, int]) -> None:
    """For the other pages of the next seconds."""
    if counts:
        keys = {_tab_key(model_admin, view): count for view, count in counts.items()}
        cache.set_many(keys, COUNT_SECONDS)


def _tab_key(model_admin: Any, view: str) -> str:
    return f"{CACHE_PREFIX}{_list_of(model_admin.model)}#{view}"


def _slow_views(model_admin: Any) -> tuple[str, ...]:
    return getattr(model_admin, "slow_views", ())


def mark_active(items: list[Item], path: str, home: str) -> None:
    """The longest address the path begins with is where we are."""
    fits = [
        item
        for item in items
        if path == item.url or (item.url != home and path.startswith(item.url))
    ]
    if fits:
        max(fits, key=lambda item: len(item.url)).active = True


def _page_items(site: "PortalAdminSite", request: HttpRequest) -> Iterator[Item]:
    yield Item(Nav(group="", order=0, icon="home", key="h"), "Dashboard", reverse("admin:index"))
    for page in site.pages:
        if page.nav and page.allows(request):
            label = page.nav.label or page.name.replace("_", " ").capitalize()
            yield Item(page.nav, label, reverse(f"admin:{page.name}"), page.rows, page.tone)


def _model_items(site: "PortalAdminSite", request: HttpRequest) -> Iterator[Item]:
    for model, model_admin in site._registry.items():
        nav = getattr(model_admin, "nav", Nav())
        if nav and model_admin.has_view_or_change_permission(request):
            yield Item(
                nav,
                name_of(model_admin),
                _list_of(model),
                getattr(model_admin, "nav_rows", None),
                getattr(model_admin, "nav_tone", "bad"),
            )


def _list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _grouped(items: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    names = [*GROUPS, *sorted({item.nav.group for item in items} - set(GROUPS))]
    for name in names:
        group = [item for item in items if item.nav.group == name]
        if group:
            yield name, sorted(group, key=lambda item: (item.nav.order, item.label))
