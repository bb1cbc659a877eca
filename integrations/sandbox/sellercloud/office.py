"""The ERP's back office: its stock, its server, and a working day at the press of a button."""

from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.render import page
from integrations.sandbox.world import UnknownStore, World

from .changing import set_stock
from .day import work
from .goods import goods_between, how_many
from .models import Erp, Rules
from .tokens import revoke_all

ROWS = 100
STEPS_A_DAY = 5
CHOICES = {
    "dialect": (
        "Field names",
        {"published": "as published", "described": "as an integrator was told"},
    ),
    "details_post": (
        "Details of a SKU by POST",
        {"on": "answered", "404": "not found (404)", "405": "not allowed (405)"},
    ),
    "offers_list": ("List of all stock", {"true": "offered", "false": "not offered"}),
    "refuses_login_with": ("A wrong password is answered with", {"400": "400", "401": "401"}),
}
NUMBERS = {
    "most_a_page": "Rows a page at most",
    "token_seconds": "Seconds a token lives",
    "calls_per_window": "Calls allowed in a window",
    "window_seconds": "Seconds a window is long",
    "utc_offset_minutes": "Minutes its clock is ahead of UTC",
}


def erp_or_none(world: World, account: str) -> Erp | None:
    """The ERP an address names."""
    try:
        return world.erp(account)
    except UnknownStore:
        return None


def not_found(what: str) -> Response:
    return page("refused.html", status=404, title="Not found", message=f"There is no such {what}.")


def office_page(
    template: str, erp: Erp, request: Request, section: str, status: int = 200, **values: Any
) -> Response:
    """A page with the ERP's own head."""
    said = request.query.get("said", "")
    shown: dict[str, Any] = {"said": said, "erp": erp, "section": section} | values
    return page(template, status=status, **shown)


def said(path: str, sentence: str) -> Response:
    """Back to a page, with a sentence on what was done."""
    return redirect(f"{path}?said={quote(sentence)}")


def have_a_day(world: World, request: Request, account: str) -> Response:
    """POST .../day/: a few changes at once."""
    with world.lock:
        erp = erp_or_none(world, account)
        if erp is None:
            return not_found("ERP")
        happened = work(world, erp, STEPS_A_DAY)
    return said(f"/erp/{erp.account}/purchase-orders/", f"What happened: {'; '.join(happened)}.")


def stock_list(world: World, request: Request, account: str) -> Response:
    """GET .../stock/: every SKU, a page at a time, with its shelf editable."""
    asked = request.query.get("page", "1")
    number = max(1, int(asked)) if asked.isdecimal() else 1
    with world.lock:
        erp = erp_or_none(world, account)
        if erp is None:
            return not_found("ERP")
        total, coming = how_many(erp), erp.on_order()
        found = goods_between(erp, (number - 1) * ROWS, number * ROWS)
        rows = [
            {
                "sku": one.sku,
                "title": one.title,
                "physical": str(one.physical),
                "reserved": str(one.reserved),
                "available": str(one.available),
                "shown": one.shown,
                "coming": str(coming[one.sku] or ""),
                "is_stored": "yes" if one.sku in erp.goods else "",
            }
            for one in found
        ]
        last = max(1, -(-total // ROWS))
        return office_page(
            "erp_stock.html",
            erp,
            request,
            "stock",
            title=f"Stock of {erp.company}",
            rows=rows,
            total=f"{total:,}",
            before=str(number - 1) if number > 1 else "",
            after=str(number + 1) if number < last else "",
            number=str(number),
            last=f"{last:,}",
        )


def save_stock(world: World, request: Request, account: str) -> Response:
    """POST .../stock/: write the figures that differ."""
    with world.lock:
        erp = erp_or_none(world, account)
        if erp is None:
            return not_found("ERP")
        changed = [
            (sku, int(value))
            for name, value in request.form.items()
            if (sku := name.removeprefix("stock-")) in erp.goods
            and value.isdecimal()
            and int(value) != erp.goods[sku].physical
        ]
        for sku, physical in changed:
            set_stock(world, erp, sku, physical)
    return said(f"/erp/{erp.account}/stock/", f"{len(changed)} stock figures saved.")


def server(world: World, request: Request, account: str, error: str = "") -> Response:
    """GET .../server/: what this server does its own way, and who called."""
    with world.lock:
        erp = erp_or_none(world, account)
        if erp is None:
            return not_found("ERP")
        return office_page(
            "erp_server.html",
            erp,
            request,
            "server",
            status=400 if error else 200,
            title=f"Server of {erp.company}",
            error=error,
            choices=[_choice(erp.rules, name, *one) for name, one in CHOICES.items()],
            numbers=[
                {"name": name, "label": label, "value": str(getattr(erp.rules, name))}
                for name, label in NUMBERS.items()
            ],
            tokens=str(len(erp.tokens)),
            calls=sorted((name, str(count)) for name, count in erp.calls.items()),
        )


def _choice(rules: Rules, name: str, label: str, choices: dict[str, str]) -> dict[str, Any]:
    now = str(getattr(rules, name)).lower()
    return {
        "name": name,
        "label": label,
        "choices": [
            {"value": value, "label": says, "is_now": "yes" if value == now else ""}
            for value, says in choices.items()
        ],
    }


def change_server(world: World, request: Request, account: str) -> Response:
    """POST .../server/: other rules, or no token is good any more."""
    form = request.form
    with world.lock:
        erp = erp_or_none(world, account)
        if erp is None:
            return not_found("ERP")
        if "revoke" in form:
            count = revoke_all(world, erp)
            return said(f"/erp/{erp.account}/server/", f"Tokens revoked: {count}.")
        try:
            erp.rules = Rules.model_validate(erp.rules.model_dump() | form)
        except ValidationError as exc:
            labels = [NUMBERS.get(str(one["loc"][0]), str(one["loc"][0])) for one in exc.errors()]
            wrong = f"Check these values: {', '.join(labels)}."
            return server(world, request, account, error=wrong)
        erp.forget_calls()
        world.on_change()
    return said(f"/erp/{erp.account}/server/", "Saved. Calls are counted anew.")
