"""Batch: archives of any size, read, parsed and validated by whatever engine maps functions over pieces.

The functions are those that the stages call, and know no engine: one process gives the rows that a cluster
gives. Bytes stay in the archives; rows go to the lake (``newsmarts.core.lake``), where load reads them.
"""
