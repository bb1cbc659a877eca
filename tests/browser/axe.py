"""axe-core in the page: WCAG 2.0, 2.1 and 2.2, levels A and AA.

It comes in through the debugger, so the page's own policy stays as strict as it is.
"""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

FETCH = Path(__file__).with_name("fetch_axe.sh")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# What a theme changes; all else was judged in the light.
COLORS = ("color-contrast", "link-in-text-block")
RUN = """async ([kind, values, at]) => {
    const options = {runOnly: {type: kind, values}, resultTypes: ["violations"], preload: false};
    const found = await axe.run(at || document, options);
    return found.violations.flatMap((one) => one.nodes.map((node) => [one.id, node.html]));
}"""
DIALOGS = "[...document.querySelectorAll('dialog.dialog')].map((dialog) => dialog.id)"
SHOW = """(id) => {
    const one = document.getElementById(id);
    one.removeAttribute("popover");
    one.show();
}"""
# Told apart by all but what is entered and counted.
SHAPE = """(at) => {
    const one = document.querySelector(at).cloneNode(true);
    one.querySelectorAll("[value]").forEach((box) => box.removeAttribute("value"));
    return one.outerHTML.replace(/[0-9]+/g, "0");
}"""
HIDE = "(id) => document.getElementById(id).close()"
MENUS = "main details.menu"
# One at a time, as a person does: two that are open cover each other.
OPEN_ONE = """([menus, number]) => document.querySelectorAll(menus).forEach((one, at) => {
    one.open = at === number;
})"""
TALL = "document.documentElement.scrollHeight"
MOST_SHOWN = 160


@dataclass(frozen=True)
class Axe:
    """The script, to be put into a page once it is loaded.

    `judged` are the dialogs and menus that were found right: the same on another page is not
    looked at once more.
    """

    source: str
    judged: set[str] = field(default_factory=set)

    def look(self, page: Page, *, parts: bool) -> list[str]:
        """By day with every rule, by night at the colors; `parts`: also what is closed at first."""
        page.evaluate(self.source)
        size, found = dict(page.viewport_size or {}), []
        # As tall as it is: nothing lies behind the bar that stays at the bottom.
        page.set_viewport_size({**size, "height": max(size["height"], page.evaluate(TALL))})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found += self._run(page, "tag", TAGS, "by day")
        if parts:
            found += self._look_at_parts(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += self._run(page, "rule", COLORS, "by night")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(size)
        return found

    def _look_at_parts(self, page: Page) -> list[str]:
        found = []
        for name in page.evaluate(DIALOGS):
            page.evaluate(SHOW, name)
            found += self._look_at_part(page, name, f"#{name}")
            page.evaluate(HIDE, name)
        for number in range(page.locator(MENUS).count()):
            page.evaluate(OPEN_ONE, [MENUS, number])
            found += self._look_at_part(page, f"menu {number + 1}", f"{MENUS}[open]")
        page.evaluate(OPEN_ONE, [MENUS, -1])
        return found

    def _look_at_part(self, page: Page, name: str, at: str) -> list[str]:
        shape = page.evaluate(SHAPE, at)
        if shape in self.judged:
            return []
        found = self._run(page, "tag", TAGS, name, at)
        if not found:
            self.judged.add(shape)
        return found

    @staticmethod
    def _run(
        page: Page, kind: str, values: tuple[str, ...], when: str, at: str | None = None
    ) -> list[str]:
        nodes: list[Any] = page.evaluate(RUN, [kind, list(values), at])
        return [f"{rule} ({when}): {html[:MOST_SHOWN]}" for rule, html in nodes]


def fetch_axe() -> Axe:
    """From npm, once; the script says which version."""
    said = subprocess.run([FETCH], check=True, capture_output=True, text=True)
    return Axe(Path(said.stdout.strip()).read_text())
