"""What stages left of each day, read for people: the news desk and the command line use these functions."""
