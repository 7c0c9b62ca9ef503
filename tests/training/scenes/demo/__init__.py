"""Tests of training/scenes/demo."""
