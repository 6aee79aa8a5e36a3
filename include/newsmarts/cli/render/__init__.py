"""What commands print for people; captured text can do nothing to the terminal."""
