"""Measurements of the real thing, with ratios to a baseline of the same run; not timed tests."""
