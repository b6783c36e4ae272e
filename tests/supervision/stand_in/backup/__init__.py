"""A scheduler that has nothing to do."""
