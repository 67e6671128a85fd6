"""One declaration, many engines: the checks of a dataset on pandas, polars, DuckDB, Dask or Spark.

`plain` and `frames` read a file into an engine, `facts` asks it for the different texts and extremes of the columns,
`plan` makes predicates of the declaration and these facts, and `run` has the engine count and list the rows that break
them. `judge` does all of it for files. Nothing here imports an engine until it is asked for.
"""
