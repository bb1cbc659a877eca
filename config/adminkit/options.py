"""What a ModelAdmin inherits to wear the kit: tabs with counts, buttons, columns, a summary."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls.resolvers import URLPattern

from .buttons import ButtonAdmin
from .changelist import KitChangeList, Rule, condition
from .columns import column
from .counting import KitPaginator, count_each, count_words
from .empty import UNKNOWN, Empty
from .finding import CAP, find, spellings
from .live import live_url
from .nav import Nav, keep_counts, name_of, recall_counts
from .page_size import keep_choice

__all__ = ["KitAdmin", "SummaryAdmin", "column"]


class KitAdmin(ButtonAdmin):
    """Base of every ModelAdmin of the portal."""

    list_per_page = 50
    list_max_show_all = 0  # the sizes of a page end at 200
    empty_value_display = ""
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_state: Empty = UNKNOWN
    # What must be connected before rows can be here: a word that `site.not_connected` knows.
    comes_from = ""
    # Whether an open list says how many rows joined it.
    live = False
    # In `search_fields`, `=number` is looked up whole, else `number` by its parts (finding.py).
    search_cap = CAP
    tab_param = "view"
    # (key, label, dict of lookups or Q or callable or None, tone)
    views: tuple[tuple[str, str, Rule, str], ...] | list[tuple[str, str, Rule, str]] = ()
    # Views of the same rows for everybody that take long to count: while one looks at another
    # view, their number may be 15 seconds old.
    slow_views: tuple[str, ...] = ()
    column_css = {"action_checkbox": "tick"}
    jump_fields: tuple[str, ...] = ()
    nav: Nav | None = None
    nav_tone = "bad"
    deletable = False
    related_links: tuple[str, ...] = ()
    summary_template = ""
    summary_only = False

    # --- tabs

    def tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The views of the list, each a plain address with its count."""
        if not self.views:
            return []
        here, counts, items = request.GET.get(self.tab_param, ""), self.tab_counts(request), []
        request.tab_counts = counts  # type: ignore[attr-defined]
        for key, label, _, tone in self.views:
            params = QueryDict(mutable=True)
            if key:
                params[self.tab_param] = key
            url = f"?{params.urlencode()}"
            item = {"label": label, "url": url, "active": key == here, "tone": tone}
            items.append(item | {"count": counts[key], "shown": count_words(counts[key])})
        return items

    def in_view(self, request: HttpRequest, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        """The rows of a view; override where one depends on who looks."""
        rule = next((view[2] for view in self.views if view[0] == key), None)
        return rows.filter(condition(rule)) if rule else rows

    def tab_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows the tabs count; override where get_queryset groups its rows."""
        return self.get_queryset(request)

    def tab_counts(self, request: HttpRequest) -> dict[str, int]:
        """All counts of the list by one query, each counted no further than people read."""
        rows, here = self.tab_queryset(request), request.GET.get(self.tab_param, "")
        known = recall_counts(self, [key for key in self.slow_views if key != here])
        asked = [view[0] for view in self.views if view[0] not in known]
        fresh = count_each({key: self.in_view(request, rows, key) for key in asked})
        keep_counts(self, {key: fresh[key] for key in self.slow_views if key in fresh})
        return known | fresh

    # --- Django's hooks

    def get_urls(self) -> list[URLPattern]:
        """And what joined the list, before Django's catch-all."""
        return [live_url(self), *super().get_urls()] if self.live else super().get_urls()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours: it knows tabs and row buttons."""
        return KitChangeList

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """The tab parameter is ours."""
        return lookup == self.tab_param or super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By keys that are looked up first, field by field."""
        fields = self.get_search_fields(request)
        if not fields or not search_term.strip():
            return queryset, False
        found = find(queryset, search_term, [str(name) for name in fields], self.search_cap)
        request.search_found = found  # type: ignore[attr-defined]
        return queryset.filter(pk__in=found.keys), False

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """No pencil, plus and eye beside a select unless `related_links` names the field."""
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = getattr(found, "widget", None)
        if db_field.name in self.related_links:
            return found
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = False
            widget.can_delete_related = widget.can_view_related = False
        return found

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are archived, not deleted, unless an admin says `deletable = True`."""
        return self.deletable and super().has_delete_permission(request, obj)

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> KitPaginator:
        """Ours, which need not count what was counted before."""
        pages = KitPaginator(queryset, *args, **kwargs)
        if (known := getattr(request, "known_count", None)) is not None:
            pages.found = known
        return pages

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; an exact number in the search box opens its row."""
        if chosen := keep_choice(request, self.url_name):
            return chosen
        if request.method == "POST":
            self.refuse_forged_bulk(request)
        elif hit := self._exact_hit(request):
            return HttpResponseRedirect(self.change_url(hit))
        extra = {
            "tabs": self.tabs(request) if request.method == "GET" else [],
            "list_links": self.list_links(request),
        }
        return super().changelist_view(request, extra | (extra_context or {}))

    def _exact_hit(self, request: HttpRequest) -> Any:
        query = request.GET.get("q", "").strip()
        if not (query and self.jump_fields and self.has_view_or_change_permission(request)):
            return None
        if len(query.split()) > 1:  # no number is several words
            return None
        wanted = Q()
        for name in self.jump_fields:
            wanted |= Q(**{f"{name}__in": spellings(query)})
        hits = list(self.get_queryset(request).filter(wanted)[:2])
        return hits[0] if len(hits) == 1 else None

    def summary(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Context of `summary_template`; `badges` and `head_note` go beside the title."""
        return {}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list is called there as in the sidebar."""
        more = {"list_name": name_of(self)}
        return super().history_view(request, object_id, {**more, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Django's form page with the summary and the buttons."""
        obj = context.get("original")
        if obj is not None:
            obj = self._as_saved(request, context, obj)
            context["detail_buttons"] = self.detail_buttons(request, obj)
            context["summary_template"] = self.summary_template
            context["summary_only"] = self.summary_only
            context.update(self.summary(request, obj))
        return super().render_change_form(request, context, *args, **kwargs)

    def _as_saved(self, request: HttpRequest, context: dict[str, Any], obj: Any) -> Any:
        """A form that was refused has put what was typed into the row it is about."""
        is_refused = bool(context.get("errors"))
        return self.get_queryset(request).get(pk=obj.pk) if is_refused else obj


class SummaryAdmin(KitAdmin):
    """Rows made by machines: nothing is added, edited or deleted here; the page is a summary."""

    preserve_filters = False  # nothing is saved here, so no need to carry the filters in 50 links

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """No fields are read when the summary says it all."""
        return [] if self.summary_only else list(super().get_fields(request, obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Machines add them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only actions change them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are kept."""
        return False
