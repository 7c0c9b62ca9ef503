"""Extension folder of the ThingsBoard gateway."""
