"""What can go wrong with the demo itself.

DemoError    something could not be started, or did not answer in time; the message says what and where its log is
"""

from __future__ import annotations


class DemoError(RuntimeError):
    """The demo cannot go on."""
