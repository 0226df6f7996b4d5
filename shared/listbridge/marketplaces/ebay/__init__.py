"""eBay, by its Sell APIs (Inventory, Account), Commerce APIs (Identity, Taxonomy) and OAuth."""
