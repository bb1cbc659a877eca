"""The admin's lists on 200,000 orders with 600,000 lines: ours beside Django's own ModelAdmin.

Run by `make bench`; DATABASE_URL names a PostgreSQL server, a scratch database is made there and
dropped. ORDERS=20000 makes it smaller. Both sides have the same rows, the same indexes, the same
columns, 50 rows a page, and no query per row; a time is that of a whole page, rendering included.
Where both find something, both must show the same orders, or the benchmark stops.
"""

import os
import platform
import re
import signal
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 50)
os.environ.setdefault("CREDENTIAL_KEYS", "bench:" + "A" * 43 + "=")

import django

django.setup()

import many_orders  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import include, path, reverse  # noqa: E402

from catalog.models import Variant  # noqa: E402
from config.urls import urlpatterns as portal_urls  # noqa: E402
from orders.models import Order, OrderContact  # noqa: E402

ORDERS, ROUNDS, MOST_QUERIES = int(os.environ.get("ORDERS", "200000")), 5, 12
PER_PAGE, SLOW_S = 50, 2.0
Told = tuple[int, float, list[str]]


class StockOrderAdmin(admin.ModelAdmin):
    """What one writes with Django's means, with care for queries per row."""

    list_display = [
        *("number", "contact", "paid_at", "status", "partners", "items", "total", "tracking"),
        "placed_at",
    ]
    list_filter = ["status", "placed_at"]
    list_select_related = ["contact"]
    list_per_page = PER_PAGE
    ordering = ["-placed_at", "-pk"]
    search_fields = [
        *("number", "external_id", "contact__email", "contact__name"),
        *("lines__sku", "shipments__tracking_number"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("lines__parts__partner", "shipments")

    def contact(self, order):
        return order.contact.name

    def partners(self, order):
        parts = [part for line in order.lines.all() for part in line.parts.all()]
        return ", ".join(sorted({part.partner.name for part in parts}))

    def items(self, order):
        return sum(line.quantity for line in order.lines.all())

    def tracking(self, order):
        return ", ".join(parcel.tracking_number for parcel in order.shipments.all())


stock = admin.AdminSite("stock")
stock.register(Order, StockOrderAdmin)
urlpatterns = [path("stock/", include((stock.get_urls(), "admin"), "stock")), *portal_urls]
OURS, STOCK = "/admin/orders/order/", "/stock/orders/order/"
# Django's own templates come first there; ours stand in folders of the same names.
PLAIN = [settings.TEMPLATES[0] | {"DIRS": [Path(admin.__file__).parent / "templates"]}]


def ask(client: Client, url: str) -> Told:
    """Queries of a page, the median of its times in milliseconds, the orders on it."""
    client.get(url, follow=True)  # the sidebar's counts, kept for some seconds
    times: list[float] = []
    while len(times) < ROUNDS and (not times or times[0] < SLOW_S * 1000):
        start = time.perf_counter()
        client.get(url, follow=True)
        times.append((time.perf_counter() - start) * 1000)
    with CaptureQueriesContext(connection) as caught:
        page = client.get(url, follow=True)
    assert page.status_code == 200, url
    return len(caught), statistics.median(times), re.findall(r">(#\d{6})</a>", page.text)


def compare(client: Client) -> None:
    """Our list of orders beside the stock one."""
    middle = Order.objects.get(pk=ORDERS // 2)
    sku = Variant.objects.order_by("-pk")[7].sku
    mail = OrderContact.objects.get(order=middle).email
    last = f"?p={-(-ORDERS // PER_PAGE)}"
    cases = [
        ("page 1", "", ""),
        ("last page", last, last),
        ("tab Queued", "?view=paid", "?status__exact=paid"),
        ("number (ours opens the order)", f"?q={quote(middle.number)}", ""),
        ("part of a number", f"?q={middle.number[1:-1]}", ""),
        ("e-mail", f"?q={mail}", ""),
        ("part of an e-mail", f"?q={mail.partition('@')[0][:-1]}", ""),
        ("full SKU", f"?q={sku}", ""),
        ("part of a SKU", f"?q={sku[-6:-1]}", ""),
        ("part of a name", "?q=dana+pet", ""),
        ("no hit", "?q=zzzzqq", ""),
    ]
    print(f"\n{'orders':32}{'ours':>16}{'stock ModelAdmin':>22}{'stock / ours':>14}")
    for name, query, other in cases:
        count, ms, shown = ask(client, OURS + query)
        with override_settings(TEMPLATES=PLAIN):
            stock_count, stock_ms, stock_shown = ask(client, STOCK + (other or query))
        assert count <= MOST_QUERIES or "opens" in name, (name, count)
        assert shown == stock_shown or "opens" in name, (name, shown, stock_shown)
        cells = f"{f'{count} q {ms:.0f} ms':>16}{f'{stock_count} q {stock_ms:,.0f} ms':>22}"
        print(f"{name:32}{cells}{f'{stock_ms / ms:.1f}x':>14}")


def measure_lists(client: Client) -> None:
    """Every list: as it opens, the slowest of its tabs, its last page, a search without a hit."""
    columns = ("page 1", "slowest tab", "last page", "no hit")
    print(f"\n{'list':22}{'rows':>10}" + "".join(f"{name:>16}" for name in columns))
    for model, one in admin.site._registry.items():
        rows = model._base_manager.count()
        address = reverse(f"admin:{one.opts.app_label}_{one.opts.model_name}_changelist")
        cells = ""
        for queries in ([""], tabs_of(one), last_page(one, rows), ["?q=zzzzqq"]):
            told = [ask(client, address + query)[:2] for query in queries]
            assert all(count <= MOST_QUERIES for count, _ in told), (one, told)
            slowest = max(told, key=lambda found: found[1], default=None)
            cells += f"{f'{slowest[0]} q {slowest[1]:.0f} ms' if slowest else '':>16}"
        print(f"{one.opts.model_name:22}{rows:>10,}{cells}")


def tabs_of(one: admin.ModelAdmin) -> list[str]:
    return [f"?view={view[0]}" for view in one.views if view[0]]


def last_page(one: admin.ModelAdmin, rows: int) -> list[str]:
    """Of a list that opens with all its rows, if there are several pages."""
    shows_all = not one.views or one.views[0][2] is None
    return [f"?p={-(-rows // one.list_per_page)}"] * (shows_all and rows > one.list_per_page)


def main() -> None:
    if connection.vendor != "postgresql":
        print("\nAdmin lists: name a PostgreSQL server in DATABASE_URL; this one has SQLite only.")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the scratch database goes then, too
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"crossdock_bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        start = time.perf_counter()
        user = many_orders.seed(ORDERS)
        version = ".".join(str(part) for part in connection.get_database_version())
        print(
            f"\nAdmin lists, {ORDERS:,} orders, {ORDERS * many_orders.LINES:,} lines, PostgreSQL "
            f"{version}, Python {platform.python_version()}, median of {ROUNDS} rounds "
            f"(rows made in {time.perf_counter() - start:.0f} s)"
        )
        client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
        client.force_login(user)
        with override_settings(ROOT_URLCONF=__name__):
            compare(client)
            measure_lists(client)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main()
