"""A simulated Stripe account: its checkout, its payments, its API and its webhooks."""
