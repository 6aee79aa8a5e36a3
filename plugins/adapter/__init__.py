"""Airflow's side of the news desk: login, rights and its database. Loaded in the API server only."""
