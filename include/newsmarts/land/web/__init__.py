"""Asking the web: which hosts, how often, how much, and what is made of the answer."""
