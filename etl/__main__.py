"""`python -m etl` is `daylight`."""

from etl.cli import main

if __name__ == "__main__":
    main()
