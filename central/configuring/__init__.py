"""Orders to gateways: which scenes, settings and weights they should run."""
