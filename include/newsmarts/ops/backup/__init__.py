"""A complete copy of NEWS_HOME while the pipeline runs, and the way back; see ``make.py``."""
