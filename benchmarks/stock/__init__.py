"""What the stock benchmark is made of."""
