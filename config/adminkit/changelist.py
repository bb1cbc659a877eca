"""Django's change list, which also knows the tabs and the buttons of each row."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .finding import Found
from .page_size import rows_per_page, size_links

Rule = Q | dict[str, Any] | Callable[[], Q] | None


class KitChangeList(ChangeList):
    """The tab parameter is ours, not a lookup; rows carry the buttons this person may press."""

    model_admin: Any
    size_links: list[dict[str, Any]]

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Django's, minus the tab."""
        found = super().get_filters_params(params)
        found.pop(self.model_admin.tab_param, None)
        return found

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Django's rows, narrowed to the tab first: a search is capped and must not waste hits."""
        whole = self.root_queryset
        here = request.GET.get(self.model_admin.tab_param, "")
        self.root_queryset = self.model_admin.in_view(request, whole, here)
        try:
            return super().get_queryset(request, exclude_parameters)
        finally:
            self.root_queryset = whole

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, and decide once per person which buttons its rows may have."""
        admin = self.model_admin
        self.list_per_page = rows_per_page(request, admin.url_name, self.list_per_page)
        self.size_links = size_links(request, self.list_per_page)
        self.search: Found | None = getattr(request, "search_found", None)
        request.known_count = self._known_count(request)  # type: ignore[attr-defined]
        super().get_results(request)
        actions = self.model_admin.actions_for(request, "row")
        if not actions:
            return
        for obj in self.result_list:
            obj.portal_row_actions = [action for action in actions if action.applies(obj)]

    def _known_count(self, request: HttpRequest) -> int | None:
        """How many rows there are, if the search or the tabs counted them already."""
        if self.search:
            return len(self.search.keys)
        if self.query or self.get_filters_params():
            return None
        here = request.GET.get(self.model_admin.tab_param, "")
        counts: dict[str, int] = getattr(request, "tab_counts", {})
        return counts.get(here)

    @property
    def count_words(self) -> str:
        """How many rows there are, as people read it: 1,204 or 10,000+."""
        pages: Any = self.paginator
        if self.search and self.search.is_cut:
            return f"{pages.found:,}+"
        before = (self.page_num - 1) * self.list_per_page if self.multi_page else 0
        number = max(pages.count, before + len(self.result_list))
        return f"{number:,}{'+' if pages.is_open_ended else ''}"


def condition(rule: Rule) -> Q:
    """None, a dict of lookups, a Q, or a function that makes one when it depends on the time."""
    if callable(rule):
        return rule()
    return rule if isinstance(rule, Q) else Q(pk__isnull=False, **(rule or {}))
