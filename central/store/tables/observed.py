"""Counts of people and machines, lots, who looked at what."""
