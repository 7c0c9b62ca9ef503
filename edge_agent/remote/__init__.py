"""Configuration from the centre: checked, tried, kept or taken back, answered."""
