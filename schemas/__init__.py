"""What the data are: declarations and the format of a release. Importing this package does nothing."""
