"""What files about stock mean."""
