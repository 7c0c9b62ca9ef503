"""Warnings as people work on them: cases, measures, rectifications."""
