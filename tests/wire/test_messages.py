"""Bodies of records: a reading that does not hang together is refused by the field that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.build import a_reading, a_record, a_tombstone, an_event
from wire.codec import decode_body, encode_body
from wire.errors import MalformedError
from wire.messages import FaceReading


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("face_reading", a_reading()),
        ("face_reading", a_reading(completion_bp=None, abstained="fog", top_storey=None, evidence_sha256=None)),
        ("face_reading", a_reading(stage=((-1, -1, -1), (-1, -1, -1)))),
        ("camera_event", an_event()),
        ("camera_event", an_event(state="end", detail="", frame_sha256="0" * 64)),
        ("tombstone", a_tombstone()),
    ],
)
def test_bodies_come_back(kind: str, body: Any) -> None:
    assert decode_body(a_record(kind=kind, body=body)) == body


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"completion_bp": 10_001}, "completion_bp"),
        ({"completion_bp": "much"}, "completion_bp"),
        ({"sigma_bp": -1}, "sigma_bp"),
        ({"sigma_bp": None}, "sigma_bp"),
        ({"camera": ""}, "camera"),
        ({"work_type": "bridge"}, "work_type"),
        ({"registration": "PERHAPS"}, "registration"),
        ({"model_sha256": "ab"}, "model_sha256"),
        ({"stage": [[2, 2, 7], [1, 1, 1]]}, "stage.0.2"),
        ({"occluded": [[0, 0, 2], [0, 0, 0]]}, "occluded.0.2"),
    ],
)
def test_wrong_fields_are_named(change: dict[str, Any], where: str) -> None:
    with pytest.raises(MalformedError) as refused:
        decode_body(a_record(seq=4, body=encode_body(a_reading()) | change))
    assert refused.value.where == f"recs[seq=4].body.{where}"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"stage_bp": [[1, 2, 3]]}, "stage_bp has rows of"),
        ({"cover": [["", ""], ["", ""]]}, "cover has rows of"),
        ({"occluded": []}, "occluded has rows of"),
        ({"stage": [[1, 1], [1, 1, 1]]}, "expected"),
        ({"stage": [], "stage_bp": [], "occluded": [], "cover": []}, "at least one row"),
        ({"stage_shares_bp": [10_000]}, "one for each of stages"),
        ({"stages": ["void"], "stage_shares_bp": [10_000]}, "expected below 1"),
    ],
)
def test_matrices_must_agree(change: dict[str, Any], match: str) -> None:
    with pytest.raises(MalformedError, match=match):
        decode_body(a_record(body=encode_body(a_reading()) | change))


def test_a_missing_field_is_named() -> None:
    body = encode_body(a_reading())
    del body["frame_sha256"]
    with pytest.raises(MalformedError, match="frame_sha256"):
        decode_body(a_record(body=body))


def test_optional_fields_may_be_left_out() -> None:
    body = encode_body(a_reading())
    del body["evidence_sha256"], body["abstained"]
    found = decode_body(a_record(body=body))
    assert isinstance(found, FaceReading)
    assert found.evidence_sha256 is None
