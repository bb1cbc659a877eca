"""The systems the demo is connected to: our store, the ERP, two warehouses, a payment service."""

OWN_STORE = "crossdock-coffee"
# What the sandbox knows the demo's app by; they open nothing else.
APP_KEY, APP_SECRET = "sandbox-api-key", "sandbox-api-secret"
ERP, ERP_ACCOUNT = "erp", "crossdock.api.sellercloud.com"
ERP_USERNAME = "ops@crossdock-coffee.example"
ERP_PASSWORD = "sandbox-erp-password"  # noqa: S105 - what the sandbox's ERP is opened with
VERACORE, EXTENSIV, STRIPE = "harbor", "valley", "checkout"
STRIPE_ACCOUNT = "acct_crossdock"
# What the first warehouse keeps for us: (SKU, title, price in dollars).
KEPT = (
    ("CD-TOTE-01", "Canvas tote", "24.00"),
    ("CD-CUP-12", "Travel cup 12 oz", "18.00"),
    ("CD-FILTER-100", "Paper filters, 100", "6.50"),
)
