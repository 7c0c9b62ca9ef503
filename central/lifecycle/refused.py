"""What people wanted to do with a project and may not: what, where, and what was expected instead."""

from __future__ import annotations

from central.errors import CentralError


class ActRefused(CentralError):  # noqa: N818 -- reads as what it is
    """An act that a rule forbids; nothing of it was stored."""
