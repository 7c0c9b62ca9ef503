"""Tests of training/scenes/shot."""
