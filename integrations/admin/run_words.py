"""What other apps say on the page of a run: names of its rows, and what it comes to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from integrations.models import SyncRun


@dataclass(frozen=True)
class Named:
    """A thing as staff know it, and its page; empty where it has none, or not for this person."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Story:
    """What came of a run in one sentence, about what, and where to go next.

    `title` is the sentence, `things` what it is about, `more` how many of them are not named;
    `link` leads to them all, `next_step` says what comes now, `next_link` leads there.
    """

    title: str
    things: Sequence[Named] = ()
    more: int = 0
    link: Named | None = None
    next_step: str = ""
    next_link: Named | None = None


NamesOf = Callable[[SyncRun, Sequence[str], HttpRequest], Mapping[str, Named]]
StoryOf = Callable[[SyncRun, HttpRequest], Story | None]
_namers: list[NamesOf] = []
_tellers: list[StoryOf] = []


def name_rows(names_of: NamesOf) -> NamesOf:
    """Let an app name the keys (SKUs, say) its runs note; it is asked once for a whole page."""
    _namers.append(names_of)
    return names_of


def tell_run(story_of: StoryOf) -> StoryOf:
    """Let an app say what a run of it came to; None for runs it has nothing to say about."""
    _tellers.append(story_of)
    return story_of


def find_names(run: SyncRun, keys: Sequence[str], request: HttpRequest) -> dict[str, Named]:
    """By key; a key nobody knows is missing."""
    found: dict[str, Named] = {}
    for names_of in _namers:
        found |= names_of(run, keys, request)
    return found


def find_story(run: SyncRun, request: HttpRequest) -> Story | None:
    """The first one told."""
    told = (story_of(run, request) for story_of in _tellers)
    return next((story for story in told if story), None)
