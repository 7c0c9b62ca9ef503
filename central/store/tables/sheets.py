"""Values of indicators and score sheets."""
