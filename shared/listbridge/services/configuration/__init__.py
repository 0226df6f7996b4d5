"""What the seller decides: connections, documents, and the way of an edit."""
