"""What people look at: overviews, pages, explanations and their words."""
