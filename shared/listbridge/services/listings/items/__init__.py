"""Products in sales lists."""
