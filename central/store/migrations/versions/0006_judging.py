"""What judging needs to go on from where it was: checkpoints, plans in force, rule memory"""

from __future__ import annotations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
