"""SellerCloud: purchase orders and stock of an ERP, which we only read."""

from integrations.providers.sellercloud import provider  # noqa: F401
