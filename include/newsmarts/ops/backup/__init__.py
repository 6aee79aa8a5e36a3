"""A copy of NEWS_HOME that is whole though the pipeline runs, and the way back; see ``make.py``."""
