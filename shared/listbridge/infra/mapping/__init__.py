"""What the mappings of several adapters share: descriptions in HTML, previews, orders, regions."""
