"""SellerCloud as its clients see it: tokens, purchase orders, stock, and a back office."""
