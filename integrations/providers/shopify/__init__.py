"""Shopify: our own store and partners' stores, one client and one set of documents."""

from integrations.providers.shopify import own_store, partner_store  # noqa: F401
