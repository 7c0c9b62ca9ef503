"""How a moment is seen: camera, weather, sky, exposure, lens."""
