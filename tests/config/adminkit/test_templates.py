"""What strict CSP and the icon map ask of every template of the portal."""

import re
from pathlib import Path

import pytest
from django.conf import settings

import config.adminkit
from config.adminkit.icons import ICONS, icon, sprite

KIT = Path(config.adminkit.__file__).parent
PLACES = [KIT / "templates", Path(settings.BASE_DIR) / "templates"]
TEMPLATES = sorted(
    file
    for place in PLACES
    for file in place.rglob("*.html")
    if "emails" not in file.relative_to(place).parts
)
INLINE_STYLE = re.compile(r"<style|\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE)
NAMED_ICON = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']""")


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
@pytest.mark.parametrize("forbidden", [INLINE_STYLE, HANDLER, INLINE_SCRIPT])
def test_a_template_has_nothing_inline(file, forbidden):
    assert forbidden.search(file.read_text()) is None


def test_every_icon_named_in_a_template_exists():
    named = {name for file in TEMPLATES for name in NAMED_ICON.findall(file.read_text())}

    assert "sync" in named
    assert named - set(ICONS) == set()


def test_every_icon_of_the_map_is_in_the_package():
    assert sorted(re.findall(r'<symbol id="([^"]+)"', sprite())) == sorted(ICONS)


def test_an_unknown_icon_is_an_error():
    with pytest.raises(KeyError):
        icon("no such icon")


def test_the_script_has_no_eval():
    script = (KIT / "static/adminkit/admin.js").read_text()

    assert "eval(" not in script
    assert "new Function" not in script
    assert ".innerHTML" not in script


def test_colors_come_from_the_tokens():
    sheets = set(KIT.glob("static/adminkit/*.css")) - {KIT / "static/adminkit/tokens.css"}
    lines = [line for sheet in sheets for line in sheet.read_text().splitlines()]
    literals = [line for line in lines if re.search(r"#[0-9a-f]{3,8}\b[^{]*;", line)]

    assert len(literals) <= 8


def test_every_sheet_is_read_and_the_narrow_one_last():
    named = re.findall(r"adminkit/(\w+)\.css", (KIT / "templates/adminkit/styles.html").read_text())

    assert set(named) | {"widgets"} == {sheet.stem for sheet in KIT.glob("static/adminkit/*.css")}
    assert (named[0], named[-1]) == ("tokens", "narrow")


# Of the frame around a page, or put there by Django.
NOT_A_PART = {
    *("avatar", "badges", "end", "object-tools", "on-phone", "only-phone", "pop-head", "top"),
    *("button", "default", "submit-row"),
}


@pytest.mark.parametrize("sheet", ["marks", "cards", "controls", "parts"])
def test_the_style_page_shows_every_part(sheet, admin_client):
    css = (KIT / f"static/adminkit/{sheet}.css").read_text()
    selectors = re.findall(r"[^{}]+(?={)", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    named = {name for one in selectors for name in re.findall(r"\.([a-z][\w-]*)", one)}

    page = admin_client.get("/admin/kit/").text
    shown = {name for names in re.findall(r'class="([^"]*)"', page) for name in names.split()}

    assert named - shown - NOT_A_PART == set()
