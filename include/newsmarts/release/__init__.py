"""Published releases: which there are, what they hold, and how to read them."""
