"""Writes the AsyncAPI 3 document of the channels, so that it cannot say anything else than the code.

`python -m wire.asyncapi > docs/asyncapi.yaml` (needs PyYAML, which is with the development tools).
"""

from __future__ import annotations

import sys
from typing import Any

from pydantic import TypeAdapter

from wire.channels import CHANNELS, Channel
from wire.messages import BODIES, VERSION
from wire.topics import GATEWAY_ID

_REF = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The whole document as plain JSON types."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {_operation_id(channel): _operation(channel) for channel in CHANNELS},
        "components": {
            "messages": {channel.name: _message(channel) for channel in CHANNELS},
            "schemas": _schemas(),
        },
    }


def _info() -> dict[str, Any]:
    return {
        "title": "siteprogress: site gateways and the centre",
        "version": f"{VERSION}.0.0",
        "description": (
            "MQTT 3.1.1 or 5. Every payload is JSON with integers only and carries `v`; up/data is that JSON deflated "
            "by zlib. Progress in basis points (1/10000), times in milliseconds UTC. Unknown keys are ignored, unknown "
            "versions are kept as dead letters."
        ),
        "license": {"name": "Apache-2.0"},
    }


def _channel(channel: Channel) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "address": channel.address,
        "summary": channel.summary,
        "messages": {channel.name: {"$ref": f"#/components/messages/{channel.name}"}},
    }
    if "{gateway}" in channel.address:
        plain["parameters"] = {
            "gateway": {"description": f"The gateway's id and MQTT user name, {GATEWAY_ID.pattern}"},
        }
    return plain


def _operation_id(channel: Channel) -> str:
    return f"{channel.sender}Sends{channel.name[0].upper()}{channel.name[1:]}"


def _operation(channel: Channel) -> dict[str, Any]:
    """As the centre sees it: it receives what the edge sends."""
    return {
        "action": "send" if channel.sender == "centre" else "receive",
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{channel.name}"}],
        "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retain, "bindingVersion": "0.2.0"}},
        "x-will": channel.will,
    }


def _message(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "contentType": channel.content,
        "summary": channel.summary,
        "payload": _payload(channel.message),
    }


def _payload(kind: type | None) -> dict[str, Any]:
    """The envelope: the version beside the message's own fields; a frame also says its count and checksum."""
    if kind is None:
        return {"type": "object", "required": ["v"], "properties": {"v": {"const": VERSION}}}
    extra: dict[str, Any] = {"v": {"const": VERSION}}
    if kind.__name__ == "Frame":
        extra["n"] = {"type": "integer", "minimum": 1, "description": "number of records"}
        extra["crc"] = {"type": "integer", "minimum": 0, "description": "crc32 of the canonical JSON of recs"}
    return {
        "allOf": [
            {"$ref": f"#/components/schemas/{kind.__name__}"},
            {"type": "object", "required": sorted(extra), "properties": extra},
        ]
    }


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    kinds = [channel.message for channel in CHANNELS if channel.message is not None] + list(BODIES.values())
    for kind in kinds:
        schema = TypeAdapter(kind).json_schema(ref_template=_REF)
        found |= schema.pop("$defs", {})
        found[kind.__name__] = schema
    for record_kind, body in BODIES.items():
        found[body.__name__]["x-record-kind"] = record_kind
    return dict(sorted(found.items()))


def main() -> None:
    """Print the document as YAML."""
    import yaml

    yaml.safe_dump(document(), sys.stdout, allow_unicode=True, sort_keys=False, width=120)


if __name__ == "__main__":
    main()
