"""What people wanted to report or set and may not: what, where, and what was expected instead."""

from __future__ import annotations

from central.errors import CentralError


class CheckRefused(CentralError):  # noqa: N818 -- reads as what it is
    """Clauses, a fence, a report or a settlement that a rule forbids; nothing of it was stored."""
