"""A shop's webhooks: registered at our address, and a delivery judged and read."""
