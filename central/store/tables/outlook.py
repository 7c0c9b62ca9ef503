"""Delay models and what they said."""
