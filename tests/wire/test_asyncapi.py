"""The AsyncAPI document says what the code does: topics, fields, quality of service, retain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
import yaml

from tests.wire.write_golden import MESSAGES, expected
from wire.asyncapi import document
from wire.channels import CHANNELS
from wire.codec import inflate
from wire.messages import BODIES
from wire.topics import HOST_STATE, DownChannel, UpChannel, down, up

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "docs" / "asyncapi.yaml").read_text("utf-8"))


def test_document_is_fresh() -> None:
    assert document() == DOCUMENT, "run: python -m wire.asyncapi > docs/asyncapi.yaml"


def test_every_topic_is_in_it_and_no_other() -> None:
    spelt = {up("gw", c) for c in get_args(UpChannel)} | {down("gw", c) for c in get_args(DownChannel)} | {HOST_STATE}
    assert {c["address"].replace("{gateway}", "gw") for c in DOCUMENT["channels"].values()} == spelt


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda c: c.name)
def test_channel(channel: Any) -> None:
    operations = [o for o in DOCUMENT["operations"].values() if o["channel"]["$ref"] == f"#/channels/{channel.name}"]
    assert [o["bindings"]["mqtt"]["qos"] for o in operations] == [channel.qos]
    assert [o["bindings"]["mqtt"]["retain"] for o in operations] == [channel.retain]
    assert [o["x-will"] for o in operations] == [channel.will]
    if channel.message is not None:
        schema = DOCUMENT["components"]["schemas"][channel.message.__name__]
        assert set(schema["properties"]) == {f.name for f in fields(channel.message)}


@pytest.mark.parametrize(("kind", "body"), sorted(BODIES.items()))
def test_record_bodies(kind: str, body: Any) -> None:
    schema = DOCUMENT["components"]["schemas"][body.__name__]
    assert schema["x-record-kind"] == kind
    assert set(schema["properties"]) == {f.name for f in fields(body)}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_golden_messages_satisfy_the_schema(name: str) -> None:
    kind = type(MESSAGES[name]).__name__
    channel = next(c for c in CHANNELS if c.message is not None and c.message.__name__ == kind)
    payload = DOCUMENT["components"]["messages"][channel.name]["payload"]
    raw = expected(name)
    plain = yaml.safe_load(inflate(raw) if name.startswith("frame") else raw)
    jsonschema.Draft202012Validator(payload | {"components": DOCUMENT["components"]}).validate(plain)


def test_every_reference_leads_somewhere() -> None:
    for ref in _refs(DOCUMENT):
        place: Any = DOCUMENT
        for step in ref.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref":
                yield item
            else:
                yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)
