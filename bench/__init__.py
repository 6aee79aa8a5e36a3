"""Measurements, side by side in one run: ``python -m bench [pages] [feeds] …``. See docs/benchmarks.md."""
