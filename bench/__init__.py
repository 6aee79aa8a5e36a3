"""Measurements, side by side in one run: ``python -m bench [pages] [run] [airflow]``.

``pages`` sets our parser beside others, each in a virtual environment of its own; ``run`` times the whole
pipeline without Airflow; ``airflow`` times it under a real scheduler. See docs/benchmarks.md.
"""
