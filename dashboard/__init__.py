"""What people see: pages drawn from a published release. Knows nothing of submissions."""
