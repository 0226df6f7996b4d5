"""The story that the demo tells: a seller, his shop, his marketplace, and what he sees."""
