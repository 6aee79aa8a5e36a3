"""validate: hold a day's articles and ticker lines to their contracts; what breaks one keeps its reason."""
