"""`python -m etl` is `daylight`."""

from etl.cli import main

main()
