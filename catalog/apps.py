"""App configuration: registers flows at start."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        from catalog import flows, imports  # noqa: F401
