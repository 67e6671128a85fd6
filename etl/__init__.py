"""How a submission becomes a release."""
