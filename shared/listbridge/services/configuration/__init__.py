"""What the merchant decides: connections, documents, and the way of an edit."""
