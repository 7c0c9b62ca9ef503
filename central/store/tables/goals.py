"""Goals, indicators, libraries and sets."""
