"""Warehouses: one back office, and a face for each interface they are called by."""
