"""Practices and agendas."""
