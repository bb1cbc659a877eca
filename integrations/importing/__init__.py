"""Files staff bring in: read, understood row by row, shown, and only then written."""
