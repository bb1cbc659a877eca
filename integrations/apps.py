"""Remote systems: at start, find the providers and what this app itself registers."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import checks, registry, webhooks  # noqa: F401

        registry.discover()
