"""What files about the catalog mean."""
