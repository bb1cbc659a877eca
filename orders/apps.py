"""App configuration: registers the flows and webhook handlers of orders at start."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        from orders import flows, webhooks  # noqa: F401
