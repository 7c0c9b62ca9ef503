"""Decoders against bytes that nobody meant: seeded, counted, at any length."""
