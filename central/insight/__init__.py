"""What the past tells: comparison, correlation, causes, cohorts, outlook. Pure."""
