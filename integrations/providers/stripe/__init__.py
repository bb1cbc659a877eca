"""Stripe: payments told by webhook, and the checkouts they came from."""

from integrations.providers.stripe import provider  # noqa: F401 - registers itself
