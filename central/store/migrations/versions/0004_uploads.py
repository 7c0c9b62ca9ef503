"""Uploads that resume, photos and what people say of them, and where sites are"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New tables only."""
    _upload()
    _photo()
    _photo_claim()
    op.create_table(
        "site_place",
        sa.Column("project", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("lat_e7", "lon_e7")),
        sa.Column("radius_m", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project", name=op.f("pk_site_place")),
    )


def _upload() -> None:
    op.create_table(
        "upload",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "owner_kind", "owner", "kind", "sha256")),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("project", "building", "item")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("filename", "note")),
        sa.Column("taken_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_owner", "upload", ["owner_kind", "owner", "state"])
    op.create_index(op.f("ix_upload_state"), "upload", ["state"])
    op.create_index(
        "uq_upload_open",
        "upload",
        ["owner_kind", "owner", "kind", "sha256", "project", "building", "item"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _photo() -> None:
    op.create_table(
        "photo",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("sha256", "format")),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("width_px", "height_px")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("shown_bytes", "received_at")),
        sa.Column("exif_at", sa.BigInteger()),
        sa.Column("exif_zone_known", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in ("exif_lat_e7", "exif_lon_e7")),
        sa.Column("exif_camera", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photo")),
    )


def _photo_claim() -> None:
    said = ("sha256", "person", "project", "building", "item")
    op.create_table(
        "photo_claim",
        sa.Column("id", _SERIAL, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in said),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("filename", "note", "flags")),
        sa.Column("taken_at", sa.BigInteger()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["photo.sha256"], name=op.f("fk_photo_claim_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_claim")),
    )
    op.create_index("uq_photo_claim_said", "photo_claim", list(said), unique=True)
    op.create_index("ix_photo_claim_project", "photo_claim", ["project", "id"])
