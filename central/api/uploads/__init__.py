"""Stills and photos over HTTPS, resumable (tus 1.0), named by content, looked at only in a process of their own."""
