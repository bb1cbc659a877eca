"""What can be allowed: read off the admins, as the sidebar groups and names them.

A right nobody can use (to change what only machines write, to see a table without a page) is not
among them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import Permission

from .buttons import ButtonAdmin
from .nav import GROUPS, Nav, name_of
from .options import SummaryAdmin

if TYPE_CHECKING:
    from .site import PortalAdminSite

UNGROUPED = "General"
Places = list[tuple[Nav, ButtonAdmin]]
COLUMNS = ("view", "change", "add")


@dataclass(frozen=True)
class Right:
    """One box to tick: `short` beside its thing, `sentence` where it stands alone."""

    pk: int
    short: str
    sentence: str


@dataclass
class Thing:
    """A line of the table: what can be seen, changed and added, and what else can be done."""

    label: str
    columns: dict[str, Right] = field(default_factory=dict)
    others: list[Right] = field(default_factory=list)

    @property
    def cells(self) -> list[Right | None]:
        """A right or nothing for each column."""
        return [self.columns.get(name) for name in COLUMNS]

    @property
    def rights(self) -> list[Right]:
        """All of them, in the order they are read."""
        return [*self.columns.values(), *self.others]


@dataclass
class Domain:
    """A group of the sidebar."""

    label: str
    things: list[Thing]


def find_domains(site: "PortalAdminSite") -> list[Domain]:
    """Every right that somebody can use; one query."""
    stored = {
        f"{row.content_type.app_label}.{row.codename}": row
        for row in Permission.objects.select_related("content_type")
    }
    places = _placed(site)
    borrowed = _borrowed(places, stored)
    things: dict[str, list[Thing]] = {}
    for nav, admin in places:
        thing = _thing(site, admin, stored)
        thing.others += [
            _right(site, stored[name], name) for name, one in borrowed.items() if one is admin
        ]
        if thing.rights:
            things.setdefault(nav.group, []).append(thing)
    names = [*GROUPS, *sorted(set(things) - set(GROUPS))]
    return [Domain(name or UNGROUPED, things[name]) for name in names if name in things]


def all_rights(domains: Iterable[Domain]) -> Iterator[Right]:
    """Every right of these."""
    for domain in domains:
        for thing in domain.things:
            yield from thing.rights


def _placed(site: "PortalAdminSite") -> Places:
    """Each admin with its place; who has none stands behind the first of its app."""
    admins = [one for one in site._registry.values() if isinstance(one, ButtonAdmin)]
    found: Places = [(nav, one) for one in admins if (nav := getattr(one, "nav", None))]
    found.sort(key=lambda pair: (_rank(pair[0].group), pair[0].order, name_of(pair[1])))
    for one in admins:
        if not getattr(one, "nav", None):
            apps = [each.opts.app_label for _, each in found]
            at = apps.index(one.opts.app_label) if one.opts.app_label in apps else -1
            found.insert(at + 1, (found[at][0], one))
    return found


def _rank(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def _thing(site: "PortalAdminSite", admin: Any, stored: dict[str, Permission]) -> Thing:
    """Its row, with what Django's own four rights and those of its model mean here."""
    opts, thing = admin.opts, Thing(name_of(admin))
    pressed = _pressed(admin)
    for word in ("view", "change", "add", "delete"):
        name = f"{opts.app_label}.{word}_{opts.model_name}"
        if name not in stored:
            continue
        if word in COLUMNS and _has_page(admin, word):
            sentence = f"{word.capitalize()} {thing.label[:1].lower()}{thing.label[1:]}"
            thing.columns[word] = Right(stored[name].pk, word.capitalize(), sentence)
        elif name in pressed or (word == "delete" and getattr(admin, "deletable", False)):
            thing.others.append(_right(site, stored[name], name))
    for codename, _ in opts.permissions:
        name = f"{opts.app_label}.{codename}"
        if name in stored:
            thing.others.append(_right(site, stored[name], name))
    return thing


def _has_page(admin: Any, word: str) -> bool:
    """Whether this right alone decides on a page of it: of a form, or of what is read."""
    if word == "change":
        return not isinstance(admin, SummaryAdmin)
    name = f"has_{word}_permission"
    return getattr(type(admin), name) is getattr(ModelAdmin, name)


def _pressed(admin: Any) -> list[str]:
    """The rights its buttons ask for, where nothing else decides on them."""
    if type(admin).may_run is not ButtonAdmin.may_run:
        return []
    return list(dict.fromkeys(action.perm for action in admin.portal_actions.values()))


def _borrowed(places: Places, stored: dict[str, Permission]) -> dict[str, ButtonAdmin]:
    """Rights of tables without a page, with the first admin whose buttons ask for them."""
    with_page = {(one.opts.app_label, one.opts.model_name) for _, one in places}
    found: dict[str, ButtonAdmin] = {}
    for _, one in places:
        for name in _pressed(one):
            table = stored[name].content_type if name in stored else None
            if table and (table.app_label, table.model) not in with_page:
                found.setdefault(name, one)
    return found


def _right(site: "PortalAdminSite", permission: Permission, name: str) -> Right:
    """In the words of the project, else in Django's without their *Can*."""
    words = permission.name.removeprefix("Can ")
    said = site.right_words.get(name, words[:1].upper() + words[1:])
    return Right(permission.pk, said, said)
