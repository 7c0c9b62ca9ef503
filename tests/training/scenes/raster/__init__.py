"""Tests of training/scenes/raster."""
