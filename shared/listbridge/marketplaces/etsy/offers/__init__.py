"""What the seller offers on Etsy."""
