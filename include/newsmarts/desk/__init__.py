"""The library side of the pages in the Airflow UI: read a day's results, build what a page shows, render it.

Imports no Airflow and no stage: it reads the partitions that validate leaves on disk. ``plugins/`` adds
routes, login and permissions.
"""
