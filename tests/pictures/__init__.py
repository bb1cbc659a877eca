"""`make pictures`: every screen of the busy demo, on a desk and a phone, by day and by night."""
