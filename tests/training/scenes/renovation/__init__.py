"""Tests of training/scenes/renovation."""
