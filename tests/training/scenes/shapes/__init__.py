"""Tests of training/scenes/shapes."""
