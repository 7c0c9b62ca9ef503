"""A warning as people work on it, until it is mended. Pure."""
