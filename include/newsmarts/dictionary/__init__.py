"""The data dictionary: what every mart and column means, and what is promised of it."""
