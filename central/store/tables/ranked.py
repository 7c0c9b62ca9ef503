"""Rankings, consequences, appeals, adjustments."""
