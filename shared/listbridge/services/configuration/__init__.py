"""What the seller decides: connections, configuration documents, and how an edit is applied."""
