"""The pages of the integrations app; importing the modules registers them."""

from integrations.admin import (
    alerts,
    api_key_form,
    api_keys,
    bulk_actions,
    bulk_question,
    connect_partner,
    connecting,
    connections,
    import_pages,
    imports,
    installs,
    runs,
    schedules,
    search,
    webhooks,
)

__all__ = [
    "alerts",
    "api_key_form",
    "api_keys",
    "bulk_actions",
    "bulk_question",
    "connect_partner",
    "connecting",
    "connections",
    "import_pages",
    "imports",
    "installs",
    "runs",
    "schedules",
    "search",
    "webhooks",
]
