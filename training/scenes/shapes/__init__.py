"""Meshes that more than one work type draws."""
