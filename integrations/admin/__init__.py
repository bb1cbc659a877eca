"""The pages of the integrations app; importing the modules registers them."""

from integrations.admin import (
    alerts,
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
    "connecting",
    "connections",
    "installs",
    "runs",
    "schedules",
    "search",
    "webhooks",
]
