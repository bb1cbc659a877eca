"""Pages about the sandbox itself: overview, ledger, mailbox."""

from .ledger import Entry, select
from .mail import Mail
from .messages import Request, Response
from .parts import cut
from .render import HEADERS, page
from .sellercloud.goods import how_many
from .sellercloud.models import OPEN, Erp
from .stripe.models import Merchant
from .warehouses.models import UNDER_WAY, Warehouse
from .world import World

LATEST = 12
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def index(world: World, request: Request) -> Response:
    """GET /: where everything is."""
    with world.lock:
        erps = [_erp(one) for one in world.state.erps.values()]
        places = [_warehouse(one) for one in world.state.warehouses.values()]
        stores = sorted(world.state.stores.values(), key=lambda one: (not one.own, one.name))
        return page(
            "index.html",
            title="Sandbox",
            stores=[
                {
                    "domain": one.domain,
                    "name": one.name,
                    "currency": one.currency,
                    "own": one.own,
                    "products": str(len(one.products)),
                    "open": str(sum(1 for order in one.orders.values() if _is_open(order))),
                }
                for one in stores
            ],
            erps=erps,
            warehouses=places,
            stripes=[_stripe(one) for one in world.state.stripes.values()],
            mails=str(len(world.state.mails)),
            dials=str(len(world.state.dials)),
            entries=[_shown(entry) for entry in reversed(world.state.ledger[-LATEST:])],
        )


def _erp(erp: Erp) -> dict[str, str]:
    return {
        "account": erp.account,
        "company": erp.company,
        "orders": str(len(erp.orders)),
        "open": str(sum(1 for order in erp.orders.values() if order.status in OPEN)),
        "skus": f"{how_many(erp):,}",
    }


def _warehouse(place: Warehouse) -> dict[str, str]:
    return {
        "account": place.account,
        "name": place.name,
        "label": place.label,
        "orders": str(len(place.orders)),
        "open": str(sum(1 for order in place.orders.values() if order.status in UNDER_WAY)),
        "skus": str(len(place.goods)),
    }


def _stripe(merchant: Merchant) -> dict[str, str]:
    return {
        "account": merchant.account,
        "name": merchant.name,
        "payments": str(len(merchant.sales)),
        "endpoint": merchant.endpoint_url,
    }


def _is_open(order: object) -> bool:
    canceled = getattr(order, "cancelled_at", None)
    return canceled is None and getattr(order, "fulfillment_status", "") != "FULFILLED"


def _shown(entry: Entry) -> dict[str, str]:
    return {
        "id": str(entry.id),
        "at": f"{entry.at:%H:%M:%S}",
        "kind": entry.kind.replace("_", " "),
        "shop": entry.shop,
        "subject": entry.subject,
        "summary": entry.summary,
    }


def ledger(world: World, request: Request) -> Response:
    """GET /ledger/: the latest effects, filtered by store and kind, a page at a time."""
    asked = request.query
    shop, kind = asked.get("store", ""), asked.get("kind", "")
    with world.lock:
        every, shops = list(world.state.ledger), _systems(world)
    found = list(select(every, shop, kind)) if shop or kind else every
    part = cut(found, request)
    return page(
        "ledger.html",
        title="Ledger",
        entries=[_shown(entry) for entry in part.rows],
        count=str(len(found)),
        part=part,
        shops=shops,
        kinds=sorted({entry.kind for entry in every}),
        shop=shop,
        kind=kind,
    )


def _systems(world: World) -> list[str]:
    state = world.state
    return [*state.stores, *state.erps, *state.warehouses, *state.stripes]


def mailbox(world: World, request: Request) -> Response:
    """GET /mail/: newest first, searchable by recipient."""
    to = request.query.get("to", "").strip()
    with world.lock:
        found = [one for one in world.state.mails if _is_for(one, to)]
    part = cut(found, request)
    rows = [
        {
            "id": str(one.id),
            "at": f"{one.at:%Y-%m-%d %H:%M:%S}",
            "to": ", ".join(one.recipients),
            "subject": one.subject,
        }
        for one in part.rows
    ]
    return page("mailbox.html", title="Mailbox", mails=rows, to=to, part=part)


def _is_for(mail: Mail, to: str) -> bool:
    return not to or any(to.lower() in address.lower() for address in mail.recipients)


def _find(world: World, number: str) -> Mail | None:
    with world.lock:
        return next((one for one in world.state.mails if str(one.id) == number), None)


def one_mail(world: World, request: Request, mail: str) -> Response:
    """GET /mail/{id}/: headers, text, and the HTML part in a frame of its own."""
    found = _find(world, mail)
    if found is None:
        return page("refused.html", status=404, title="Not found", message="There is no such mail.")
    return page(
        "mail.html",
        title=found.subject or "Mail",
        mail=found,
        mail_id=str(found.id),
        at=f"{found.at:%Y-%m-%d %H:%M:%S}",
        to=", ".join(found.recipients),
    )


def mail_html(world: World, request: Request, mail: str) -> Response:
    """GET /mail/{id}/html/: the HTML part, unable to run or load anything."""
    found = _find(world, mail)
    body = found.html.encode() if found else b""
    headers = {**HEADERS, "Content-Security-Policy": MAIL_POLICY}
    return Response(200 if found else 404, body, headers=headers)
