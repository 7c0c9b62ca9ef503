"""Judgements of experts by pairs."""
