"""Tests of the scene generator's pure parts: no Blender is needed."""
