"""Keeps a home tidy over the years: each step reports what it found, and removes only what it may."""
