"""Years of trade in a minute: rows for a benchmark, made inside PostgreSQL by INSERT ... SELECT.

Each statement makes one table from the numbers of its rows, so every run makes the same rows. Of
the orders 2 % are under way, 4 % canceled, the rest delivered; one line in fifty is of one SKU.
"""

from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from catalog.models import Partner
from integrations.models import Connection
from integrations.services.connections import make_schedules
from inventory.models import Location
from orders.models import Order

PARTNERS, LINES = 20, 3
FIRST = "Dana Noor Mia Jonas Ines Omar Lena Paul Aiko Ravi Tess Hugo Nina Karl Vera Luis"
LAST = "Petrov Haddad Moreau Lindqvist Tanaka Iyer Castro Novak Weber Silva Brandt Osei"
GOODS = "Ethiopia Kenya Mug Kettle Filter Grinder Scale Tin Dripper Beans Brush Spoon"


def make_people() -> User:
    """Staff of all groups; returns one who may do everything."""
    for number in range(40):
        User.objects.create_user(f"staff{number}", is_staff=True).groups.add(*Group.objects.all())
    return User.objects.create_superuser("root")


def make_partners() -> tuple[Connection, list[Partner]]:
    """Our store, and partners with a store and a location each; every other one is paid weekly."""
    store, now = make_store("own", "shopify"), timezone.now()
    partners = []
    for number in range(PARTNERS):
        shop, code = make_store(f"p{number:02}", "shopify-partner"), f"p{number:02}"
        terms = {"dispatch": "immediate"} if number % 2 else {"dispatch": "weekly"}
        partner = Partner.objects.create(
            name=f"Partner {number:02}", code=code, connection=shop, terms_confirmed_at=now, **terms
        )
        Location.objects.create(connection=shop, external_id="L", name=f"{code} main", as_of=now)
        partners.append(partner)
    return store, partners


def make_store(slug: str, provider: str) -> Connection:
    shop = f"{slug}.myshopify.com"
    row = Connection.objects.create(
        slug=slug, name=slug, provider=provider, account=shop, status="active", last_ok_at=None
    )
    make_schedules(row, timezone.now())
    return row


def seed(orders: int) -> User:
    """Fill an empty, migrated database; three lines an order."""
    user = make_people()
    store, partners = make_partners()
    values = {
        "orders": orders,
        "lines": orders * LINES,
        "variants": max(600, orders // 20),
        "store": store.pk,
        "partners": PARTNERS,
        "partner": partners[0].pk,
        "connection": partners[0].connection_id,
        "place": Location.objects.get(connection=partners[0].connection).pk,
        "order_type": ContentType.objects.get_for_model(Order).pk,
        "user": user.pk,
    } | {"first": FIRST.split(), "last": LAST.split(), "goods": GOODS.split()}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    return user


# Rows are numbered from 1, as their keys are: `n` of one statement is the key in the next.
STATEMENTS = [
    """
    INSERT INTO catalog_product (source_partner_id, created_at, title, handle, description,
                                 attributes)
    SELECT %(partner)s + n %% %(partners)s, now(),
           (%(goods)s::text[])[1 + n %% 12] || ' no. ' || n, 'product-' || n, '', '{}'
    FROM generate_series(1, %(variants)s / 2) n
    """,
    """
    INSERT INTO catalog_variant (created_at, product_id, sku, sku_key, title, barcode, price,
                                 currency, attributes)
    SELECT now(), p, sku, lower(sku), CASE n %% 2 WHEN 0 THEN '250 g' ELSE '1 kg' END,
           (4000000000000 + n * 7)::text, 10 + n %% 40, 'USD', '{}'
    FROM generate_series(1, %(variants)s) n, LATERAL (SELECT 1 + (n - 1) / 2 AS p) a,
         LATERAL (SELECT format('PARTNER-p%%s-%%s%%s', lpad((p %% %(partners)s)::text, 2, '0'),
                                upper(left((%(goods)s::text[])[1 + p %% 12], 3)), n) AS sku) b
    """,
    """
    INSERT INTO catalog_listing (created_at, connection_id, external_id, external_product_id,
        external_item_id, sku, sku_key, title, variant_title, attributes, price, cost, currency,
        image_url, remote_status, available, variant_id, published_quantity, published_at,
        seen_at, digest)
    SELECT now(), CASE s WHEN 0 THEN %(store)s
                         ELSE %(connection)s + v.product_id %% %(partners)s END,
           'V' || v.id, 'P' || v.product_id, 'I' || v.id,
           CASE s WHEN 0 THEN v.sku ELSE right(v.sku, -12) END, '', p.title, v.title, '{}',
           v.price, v.price, 'USD', '', 'active', v.id %% 50, v.id,
           CASE s WHEN 0 THEN v.id %% 50 END, CASE s WHEN 0 THEN now() END, now(), ''
    FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id, generate_series(0, 1) s
    """,
    """
    INSERT INTO inventory_stocklevel (location_id, variant_id, on_hand, available, as_of,
                                      created_at)
    SELECT %(place)s + product_id %% %(partners)s, id, id %% 50, id %% 50, now(), now()
    FROM catalog_variant
    """,
    """
    INSERT INTO inventory_stockchange (level_id, variant_id, reason, before, after, note, at)
    SELECT l.id, l.variant_id, 'pull', n, n + 1, '', now() - interval '1 day' * (20 - n)
    FROM inventory_stocklevel l, generate_series(1, 20) n
    """,
    """
    INSERT INTO orders_order (created_at, number, connection_id, external_id, source_version,
        placed_at, status, attention, paid_at, payment_reference, canceled_at, cancel_reason,
        currency, total, tax, shipping, refunded_total, delivery_method, delivery_zone, note)
    SELECT at, '#' || 100000 + n, %(store)s, 'gid://shopify/Order/' || 5000000000000 + n * 37, at,
           at, status, CASE WHEN n %% 1000 = 7 THEN 'unrouted' ELSE '' END,
           CASE WHEN status <> 'captured' THEN at END, 'pay_' || n,
           CASE WHEN status = 'canceled' THEN at END, '', 'USD', 20 + n %% 300, 1, 5, 0, 'ship',
           '', ''
    FROM generate_series(1, %(orders)s) n,
         LATERAL (SELECT now() - interval '5 minutes' * (%(orders)s - n) AS at,
                         CASE WHEN n > %(orders)s * 0.98 THEN (ARRAY['captured', 'paid',
                              'exported', 'picking', 'partially_shipped', 'shipped'])[1 + n %% 6]
                              WHEN n %% 25 = 3 THEN 'canceled' ELSE 'delivered' END AS status) a
    """,
    """
    INSERT INTO orders_ordercontact (created_at, order_id, name, email, phone, company, street1,
                                     street2, city, state, zip, country)
    SELECT now(), n, first || ' ' || last, lower(first || '.' || last) || n %% (%(orders)s / 3)
           || '@' || (ARRAY['mail', 'post', 'inbox', 'letters'])[1 + n %% 4] || '.example',
           '+1415555' || lpad((n %% 10000)::text, 4, '0'), '', n %% 900 || ' Market St', '',
           'San Francisco', 'CA', lpad((n %% 100000)::text, 5, '0'), 'US'
    FROM generate_series(1, %(orders)s) n,
         LATERAL (SELECT (%(first)s::text[])[1 + n %% 16] AS first,
                         (%(last)s::text[])[1 + n / 16 %% 12] AS last) a
    """,
    """
    INSERT INTO orders_orderline (created_at, order_id, external_id, variant_id, sku, title,
                                  quantity, canceled_quantity, price, discount, routable)
    SELECT now(), 1 + (n - 1) / 3, 'L' || n, v.id, v.sku, p.title, 1 + n %% 3, 0, v.price, 0, true
    FROM generate_series(1, %(lines)s) n
    JOIN catalog_variant v ON v.id = CASE WHEN n %% 50 = 0 THEN 1
                                     ELSE 1 + n * 7919::bigint %% %(variants)s END
    JOIN catalog_product p ON p.id = v.product_id
    ORDER BY n
    """,
    """
    INSERT INTO orders_partnerorder (created_at, partner_id, connection_id, reference, status,
        external_id, external_number, order_id, seq, ship_to, currency, cost_total, closed_at,
        submitted_at, status_raw)
    SELECT o.placed_at, partner, partner - %(partner)s + %(connection)s,
           'CD-' || upper(left(md5(o.id || '-' || partner), 10)),
           CASE o.status WHEN 'canceled' THEN 'canceled' WHEN 'delivered' THEN 'delivered'
                         ELSE 'submitted' END,
           'gid://shopify/Order/' || o.id * 64 + partner, '#' || 1000 + o.id, o.id, 1, 'customer',
           'USD', 20, o.placed_at, o.placed_at, ''
    FROM (SELECT DISTINCT l.order_id, p.source_partner_id AS partner
          FROM orders_orderline l JOIN catalog_variant v ON v.id = l.variant_id
          JOIN catalog_product p ON p.id = v.product_id
          WHERE (p.source_partner_id - %(partner)s) %% 2 = 1) d
    JOIN orders_order o ON o.id = d.order_id
    ORDER BY o.id
    """,
    """
    INSERT INTO orders_partnerorder (created_at, partner_id, connection_id, reference, status,
        external_id, external_number, period, seq, ship_to, currency, cost_total, closed_at,
        submitted_at, status_raw)
    SELECT week, partner, partner - %(partner)s + %(connection)s,
           'CD-' || upper(left(md5(partner || '-' || week), 10)), 'delivered',
           'gid://shopify/Order/w' || partner || to_char(week, 'YYYYMMDD'), '#W' || partner, week,
           1, 'center', 'USD', 900, week, week, ''
    FROM (SELECT DISTINCT date_trunc('week', placed_at) AS week FROM orders_order) w,
         generate_series(%(partner)s, %(partner)s + %(partners)s - 1, 2) partner
    """,
    """
    INSERT INTO orders_submission (created_at, partner_order_id, kind, seq, reference, content,
        digest, status, attempts, error_kind, error, approved_at)
    SELECT created_at, id, 'create', 1, reference, '{}', '',
           CASE WHEN id %% 2000 = 9 THEN 'failed' WHEN id %% 3000 = 5 THEN 'pending'
                ELSE 'submitted' END, 1, '', '', created_at
    FROM orders_partnerorder
    """,
    """
    INSERT INTO orders_partnerorderline (created_at, order_line_id, part, variant_id, partner_id,
        route_reason, partner_order_id, submission_id, quantity, unit_cost, short, ready_at,
        hold_reason)
    SELECT now(), l.id, 1, l.variant_id, p.source_partner_id, '', s.partner_order_id, s.id,
           l.quantity, 9, 0, o.placed_at, ''
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    JOIN catalog_variant v ON v.id = l.variant_id
    JOIN catalog_product p ON p.id = v.product_id
    LEFT JOIN orders_partnerorder one ON one.partner_id = p.source_partner_id
          AND one.order_id = o.id
    LEFT JOIN orders_partnerorder week ON week.partner_id = p.source_partner_id
          AND week.period = date_trunc('week', o.placed_at)::date
    LEFT JOIN orders_submission s ON s.partner_order_id = coalesce(one.id, week.id)
    ORDER BY l.id
    """,
    """
    INSERT INTO orders_shipment (created_at, order_id, partner_order_id, external_id, bound_for,
        carrier, service, tracking_number, url, status, shipped_at, delivered_at, source,
        publish_status, attempts, published_ref, error)
    SELECT placed_at, id, NULL, '', 'customer', 'UPS', '', '1Z999AA1' || 1000000000 + id * 13, '',
           CASE WHEN id %% 2000 = 3 THEN 'exception' ELSE 'delivered' END, placed_at, placed_at,
           'center', CASE WHEN id %% 3000 = 4 THEN 'failed' ELSE 'published' END, 1, '', ''
    FROM orders_order WHERE status IN ('delivered', 'shipped', 'partially_shipped')
    UNION ALL
    SELECT created_at, NULL, id, 'F' || id, 'center', 'DHL', '', 'JD0146' || 1000000 + id * 11, '',
           'delivered', created_at, created_at, 'partner', 'none', 0, '', ''
    FROM orders_partnerorder WHERE order_id IS NULL
    """,
    """
    INSERT INTO orders_shipmentline (created_at, shipment_id, order_line_id,
                                     partner_order_line_id, quantity, received)
    SELECT now(), s.id, l.id, l.id, l.quantity, 0
    FROM orders_shipment s JOIN orders_orderline l ON l.order_id = s.order_id
    """,
    """
    INSERT INTO orders_notification (created_at, type, event, content_type_id, object_id,
        order_id, recipient, subject, body, status, attempts, error, sent_at)
    SELECT o.placed_at, 'fulfillment', 'shipped', %(order_type)s, o.id, o.id, c.email,
           'Your order ' || o.number || ' is on its way', 'Text.',
           CASE WHEN o.id %% 4000 = 2 THEN 'failed' ELSE 'sent' END, 1, '', o.placed_at
    FROM orders_order o JOIN orders_ordercontact c ON c.order_id = o.id
    """,
    """
    INSERT INTO orders_orderevent (order_id, kind, level, message, data, actor, at)
    SELECT o.id, 'routed', 'info', 'Its lines went to their partners.', '{}', 'Crossdock', placed_at
    FROM orders_order o, generate_series(1, 3)
    ORDER BY o.id
    """,
    """
    INSERT INTO inventory_reservation (created_at, key, variant_id, connection_id, quantity,
                                       accepted_at, released_at)
    SELECT now(), 'line:' || p.id, p.variant_id, %(connection)s + p.partner_id - %(partner)s,
           p.quantity, o.placed_at, CASE WHEN o.status = 'delivered' THEN o.placed_at END
    FROM orders_partnerorderline p JOIN orders_orderline l ON l.id = p.order_line_id
    JOIN orders_order o ON o.id = l.order_id WHERE o.status <> 'canceled'
    """,
    """
    INSERT INTO integrations_inboundevent (created_at, provider, connection_id, account, topic,
        dedupe_key, body, headers, received_at, status, attempts, error, handled_at,
        content_type_id, object_id)
    SELECT placed_at, 'shopify', %(store)s, 'own.myshopify.com', 'orders/create',
           'own.myshopify.com:orders/create:' || md5(id::text),
           convert_to(repeat(md5(id::text), 40), 'UTF8'), '{}', placed_at,
           CASE WHEN id %% 2000 = 1 THEN 'failed' ELSE 'done' END, 1, '', placed_at,
           %(order_type)s, id
    FROM orders_order
    """,
    """
    INSERT INTO integrations_syncrun (created_at, connection_id, flow, status, trigger, params,
        processed, created, updated, unchanged, skipped, failed, reason, error, started_at,
        finished_at)
    SELECT at, %(connection)s + n %% %(partners)s, (ARRAY['stock', 'products', 'shipments'])[1 +
           n %% 3], CASE WHEN n %% 500 = 3 THEN 'failed' ELSE 'completed' END, 'schedule', '{}',
           500, 0, 3, 497, 0, 0, '', '', at, at + interval '9 s'
    FROM generate_series(1, %(orders)s / 4) n,
         LATERAL (SELECT now() - interval '9 minutes' * (%(orders)s / 4 - n) AS at) a
    """,
    """
    INSERT INTO integrations_alert (created_at, fingerprint, kind, title, advice, count, first_at,
        last_at, closed_at, content_type_id, object_id)
    SELECT at, 'f' || n, (ARRAY['unrouted', 'sync', 'outage'])[1 + n %% 3],
           'Something about order ' || n, 'Open it and press Retry.', 1 + n %% 5, at, at,
           CASE WHEN n %% 40 <> 1 THEN at END, %(order_type)s, n * 20
    FROM generate_series(1, %(orders)s / 20) n,
         LATERAL (SELECT now() - interval '50 minutes' * (%(orders)s / 20 - n) AS at) a
    """,
    """
    INSERT INTO catalog_unmatchedsku (created_at, connection_id, source, sku, reason, count,
                                      first_at, last_at)
    SELECT now(), %(connection)s, CASE n %% 9 WHEN 0 THEN 'order' ELSE 'stock' END, 'OLD-' || n,
           'No product variant found.', 3, now(), now() - interval '1 hour' * n
    FROM generate_series(1, %(variants)s / 10) n
    """,
    """
    INSERT INTO orders_privacyrequest (created_at, kind, provider, account, key, order_ids,
                                       customer_id, due_on, status, outcome)
    SELECT now(), 'data_request', 'shopify', 'own.myshopify.com', 'k' || n, '[]', n::text,
           current_date + 20, CASE WHEN n %% 50 = 0 THEN 'open' ELSE 'done' END, ''
    FROM generate_series(1, 400) n
    """,
    """
    INSERT INTO integrations_installlink (created_at, provider, token_hash, account, email,
                                          created_by_id, expires_at, browser_hash)
    SELECT now(), 'shopify-partner', md5(n::text), 'p' || n || '.myshopify.com',
           'owner' || n || '@shop.example', %(user)s, now() + interval '1 day', ''
    FROM generate_series(1, 200) n
    """,
]
