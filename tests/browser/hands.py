"""How a person works: with the mouse, or with the keyboard alone and an eye on the focus."""

import re
from dataclasses import dataclass, field
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 250
# The element that has the focus: what it is, and why a person could not tell that it has it.
LOOK = """() => {
    const one = document.activeElement;
    if (!one || one === document.body || one.matches("main, dialog, [tabindex='-1']")) return null;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const what = one.outerHTML.slice(0, 120);
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!box.width || !box.height) return [what, "has no size"];
    if (box.bottom <= 0 || box.top >= innerHeight) return [what, "is out of sight"];
    if (!at || !(one.contains(at) || at.contains(one) || at.closest("label")?.contains(one)))
        return [what, "is covered by " + (at ? at.outerHTML.slice(0, 60) : "nothing")];
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1)
        return [what, "shows no ring"];
    return [what, ""];
}"""


class Hand(Protocol):
    """What a person does with a control, whatever they do it with."""

    def press(self, control: Locator) -> None:
        """A button or a link."""

    def ask(self, button: Locator) -> None:
        """A button that opens a dialog."""

    def fill(self, box: Locator, text: str) -> None:
        """A text or number field."""

    def tick(self, box: Locator) -> None:
        """A checkbox."""

    def choose(self, select: Locator, label: str) -> None:
        """An entry of a select."""


class Mouse:
    """Points and clicks."""

    def press(self, control: Locator) -> None:
        control.click()

    ask = press

    def fill(self, box: Locator, text: str) -> None:
        box.fill(text)

    def tick(self, box: Locator) -> None:
        box.check()

    def choose(self, select: Locator, label: str) -> None:
        select.select_option(label=label)


@dataclass
class Keyboard:
    """Tab, Enter, Space, the arrows, and the letters that go somewhere."""

    stops: int = 0
    dialogs: int = 0
    complaints: list[str] = field(default_factory=list)

    def press(self, control: Locator) -> None:
        if key := control.get_attribute("data-key"):
            self._go(control.page, key)
            return
        self.reach(control)
        control.page.keyboard.press("Enter")

    def ask(self, button: Locator) -> None:
        """Opens it, leaves it with Escape, and opens it again."""
        self.press(button)
        dialog = button.page.get_by_role("dialog")
        self._is_inside(dialog)
        button.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(button).to_be_focused()
        button.page.keyboard.press("Enter")
        self._is_inside(dialog)
        self.dialogs += 1

    def fill(self, box: Locator, text: str) -> None:
        self.reach(box)
        box.page.keyboard.press("Control+A")
        box.page.keyboard.type(text)
        expect(box).to_have_value(text)

    def tick(self, box: Locator) -> None:
        self.reach(box)
        box.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def choose(self, select: Locator, label: str) -> None:
        self.reach(select)
        labels = [option.inner_text().strip() for option in select.locator("option").all()]
        steps = labels.index(label) - int(select.evaluate("one => one.selectedIndex"))
        for _ in range(abs(steps)):
            select.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        expect(select.locator("option:checked")).to_have_text(re.compile(re.escape(label)))

    def reach(self, control: Locator) -> None:
        """Tab until it has the focus; by the link over the navigation where that is on the way."""
        control.wait_for()
        expect(control).to_be_enabled()
        page = control.page
        self._skip(control)
        for _ in range(MOST_STOPS):
            if control.evaluate("one => one === document.activeElement"):
                return
            page.keyboard.press("Tab")
            self._look(page)
        raise AssertionError(f"Tab never came to {control} on {page.url}")

    def _skip(self, control: Locator) -> None:
        page = control.page
        skip = page.locator("a.skip")
        at_start = page.evaluate("document.activeElement === document.body")
        if not (at_start and skip.count() and control.evaluate("one => !!one.closest('main')")):
            return
        page.keyboard.press("Tab")
        expect(skip).to_be_focused()
        page.keyboard.press("Enter")

    def _go(self, page: Page, key: str) -> None:
        """`g` and a letter, once nothing is being typed into."""
        page.evaluate(
            "document.activeElement.matches('input, select') && document.activeElement.blur()"
        )
        page.keyboard.press("g")
        page.keyboard.press(key)

    def _look(self, page: Page) -> None:
        self.stops += 1
        found = page.evaluate(LOOK)
        if found and found[1]:
            self.complaints.append(f"{found[0]} {found[1]} ({page.url})")

    @staticmethod
    def _is_inside(dialog: Locator) -> None:
        expect(dialog).to_be_visible()
        assert dialog.evaluate("one => one.contains(document.activeElement)"), "no focus in it"
