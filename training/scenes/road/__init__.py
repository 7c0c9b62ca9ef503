"""Roads: layers on the ground, machines on them, what stands beside."""
