"""Commissioning as both sides understand it: `siteprogress.scene/1`, its grid, what can be seen, findings and edits.

Pure, numpy only: what a page is shown and what a gateway says about a scene come from the same functions.
"""
