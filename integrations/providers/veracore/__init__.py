"""VeraCore: a warehouse that is told each order and asked for stock, progress and parcels."""

from integrations.providers.veracore import provider  # noqa: F401
