"""What the DAG files share; everything here may import Airflow."""
