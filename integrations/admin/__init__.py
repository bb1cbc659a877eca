"""The pages of the integrations app; importing the modules registers them."""

from integrations.admin import (
    alerts,
    bulk_actions,
    bulk_question,
    connect_partner,
    connecting,
    connections,
    installs,
    runs,
    schedules,
    search,
    webhooks,
)

__all__ = [
    "alerts",
    "bulk_actions",
    "bulk_question",
    "connect_partner",
    "connecting",
    "connections",
    "installs",
    "runs",
    "schedules",
    "search",
    "webhooks",
]
