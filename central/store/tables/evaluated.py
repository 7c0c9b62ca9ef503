"""Cycles, tasks, evaluations, publication, objections."""
