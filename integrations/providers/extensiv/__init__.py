"""Extensiv: a warehouse whose catalog, stock and orders are read, and that is told each order."""

from integrations.providers.extensiv import provider  # noqa: F401
