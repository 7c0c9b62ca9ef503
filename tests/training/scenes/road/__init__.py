"""Tests of training/scenes/road."""
