"""What is for sale: listings with their inventory, images and attributes."""
