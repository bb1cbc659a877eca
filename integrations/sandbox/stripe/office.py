"""The back office: the payments, and what people do to them."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.parts import cut
from integrations.sandbox.render import page
from integrations.sandbox.world import UnknownStore, World

from .control import sale_of
from .models import Merchant, Sale, money
from .paying import REASONS, Refused, complete, fail, open_dispute, refund

Form = Callable[[World, Merchant, Sale, dict[str, str]], str]


def payments(world: World, request: Request, account: str, error: str = "") -> Response:
    """GET /payments/{account}/: the newest first."""
    with world.lock:
        try:
            merchant = world.stripe(account)
        except UnknownStore:
            message = "There is no such account."
            return page("refused.html", status=404, title="Not found", message=message)
        part = cut(list(merchant.sales.values()), request)
        return page(
            "payments.html",
            status=422 if error else 200,
            title=f"Payments of {merchant.name}",
            merchant=merchant,
            rows=[_row(one) for one in part.rows],
            part=part,
            reasons=[(one, one.replace("_", " ")) for one in REASONS],
            currency=merchant.currency.upper(),
            said=request.query.get("said", ""),
            error=error,
        )


def _row(sale: Sale) -> dict[str, str]:
    return {
        "payment": sale.payment,
        "status": "on its way" if sale.status == "processing" else sale.status,
        "buyer": sale.buyer.name,
        "order_number": sale.order_number,
        "total": money(sale.total),
        "refunded": money(sale.refunded) if sale.refunded else "",
        "left": money(sale.left) if sale.left else "",
        "is_coming": "yes" if sale.status == "processing" else "",
        "dispute": sale.dispute.replace("_", " "),
        "can_dispute": "yes" if sale.status == "paid" and not sale.dispute else "",
        "at": f"{sale.created_at:%Y-%m-%d %H:%M}",
    }


def _refund(world: World, merchant: Merchant, sale: Sale, form: dict[str, str]) -> str:
    try:
        amount = int(Decimal(form.get("amount", "").strip() or money(sale.left)) * 100)
    except (InvalidOperation, ValueError, OverflowError) as exc:
        raise Refused("An amount is a number like 12.50.") from exc
    refund(world, merchant, sale, amount)
    return f"{money(amount)} went back to {sale.buyer.name}."


def _dispute(world: World, merchant: Merchant, sale: Sale, form: dict[str, str]) -> str:
    open_dispute(world, merchant, sale, form.get("reason", ""))
    return f"{sale.buyer.name} disputes the payment."


def _complete(world: World, merchant: Merchant, sale: Sale, form: dict[str, str]) -> str:
    complete(world, merchant, sale)
    return f"The transfer of {sale.buyer.name} arrived."


def _fail(world: World, merchant: Merchant, sale: Sale, form: dict[str, str]) -> str:
    fail(world, merchant, sale)
    return f"The transfer of {sale.buyer.name} did not come."


FORMS: dict[str, Form] = {
    "refund": _refund,
    "dispute": _dispute,
    "complete": _complete,
    "fail": _fail,
}


def posted(form: Form) -> Callable[..., Response]:
    """A handler that does what a button says and shows the payments again."""

    def handle(world: World, request: Request, account: str, payment: str) -> Response:
        with world.lock:
            merchant = world.stripe(account)
            try:
                sentence = form(world, merchant, sale_of(merchant, payment), request.form)
            except Refused as exc:
                return payments(world, request, account, error=str(exc))
        return redirect(f"/payments/{quote(account)}/?said={quote(sentence)}")

    return handle
