"""One file for each dataset: add a file, and it is in."""
