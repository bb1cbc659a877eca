"""App configuration: registers flows at start."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"

    def ready(self) -> None:
        from inventory import flows, imports  # noqa: F401
