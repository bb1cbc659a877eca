"""What an empty list says: nothing yet, nothing matches, nothing connected; each with one step."""

from typing import Any, NamedTuple

from django.http import HttpRequest


class Empty(NamedTuple):
    """One heading, one sentence, at most one button, for those who have the permission."""

    title: str
    text: str
    button: str = ""
    url: Any = ""
    perm: str = ""
    icon: str = "inbox"


UNKNOWN = Empty("Nothing here yet", "Rows appear as soon as there are some.")


def explain_empty(model_admin: Any, request: HttpRequest, changelist: Any) -> Empty:
    """Why this list shows no row to this person, and what to do next."""
    found = _find(model_admin, request, changelist)
    if found.button and found.perm and not request.user.has_perm(found.perm):
        return found._replace(button="", url="")
    return found


def _find(model_admin: Any, request: HttpRequest, changelist: Any) -> Empty:
    if changelist.query or changelist.has_active_filters:
        return _nothing_matches(model_admin, changelist)
    tab = request.GET.get(model_admin.tab_param, "")
    label = next((view[1] for view in model_admin.views[1:] if view[0] == tab), "")
    if label and model_admin.tab_queryset(request).exists():
        first = f"Show {model_admin.views[0][1].lower()}"
        text = f"No {model_admin.opts.verbose_name} is there now."
        return Empty(f"Nothing under “{label}”", text, first, "?", icon="ok")
    return _not_connected(model_admin) or Empty(*model_admin.empty_state)


def _nothing_matches(model_admin: Any, changelist: Any) -> Empty:
    things = model_admin.opts.verbose_name_plural
    if changelist.query and changelist.has_active_filters:
        text = f"No {things} fit “{changelist.query}” and these filters."
    elif changelist.query:
        text = f"No {things} fit “{changelist.query}”."
    else:
        text = f"No {things} fit these filters."
    word = "Reset filters" if changelist.has_active_filters else "Clear the search"
    return Empty("Nothing matches", text, word, "?", icon="search")


def _not_connected(model_admin: Any) -> Empty | None:
    """What the project says is missing before this list can have rows."""
    ask = getattr(model_admin.admin_site, "not_connected", None)
    if ask is None or not model_admin.comes_from:
        return None
    nav, plural = model_admin.nav, str(model_admin.opts.verbose_name_plural)
    label = (nav and nav.label) or plural[:1].upper() + plural[1:]
    found: Empty | None = ask(model_admin.comes_from, label)
    return found
