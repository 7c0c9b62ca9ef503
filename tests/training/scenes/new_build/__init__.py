"""Tests of training/scenes/new_build."""
