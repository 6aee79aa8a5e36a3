"""What this project adds to the Airflow UI."""
