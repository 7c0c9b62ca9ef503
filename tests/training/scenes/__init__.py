"""Tests of the scene generator: no Blender is needed, and the rasteriser's own are skipped without OpenGL."""
