"""What keeps a home tidy over the years: each step tells what it found, and removes only what it may."""
