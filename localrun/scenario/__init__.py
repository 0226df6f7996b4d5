"""The story that the demo tells: a seller, their shop, their marketplace, and what they see."""
