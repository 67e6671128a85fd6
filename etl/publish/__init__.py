"""Where a release can be published. Each destination plans first, having only read, and acts when told."""
