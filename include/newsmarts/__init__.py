"""The library behind the DAGs: land, parse, validate, load, publish.

Imports no Airflow. Each stage is a package whose ``run`` module is its only entry; stages meet in
partitions on disk (one UTC capture day each), never in each other's code.
"""
