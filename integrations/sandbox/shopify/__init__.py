"""Shopify as the sandbox plays it: OAuth, Admin GraphQL, webhooks, storefront, back office."""
