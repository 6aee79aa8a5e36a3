"""The library behind the DAGs: land, parse, validate, load, publish.

Imports no Airflow. Each stage is a package whose ``run`` module is its only entry; stages meet in
partitions on disk (one UTC capture day each), never in each other's code.
"""

import warnings

# Great Expectations imports PySpark where it is installed; Spark jobs here make no frames of pandas.
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
