"""The rasterised picture; needs moderngl."""
