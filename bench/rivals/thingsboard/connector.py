"""A connector of the ThingsBoard gateway that makes the bench's records; loaded by the gateway itself."""

from __future__ import annotations

import os
import threading
from typing import Any

from thingsboard_gateway.connectors.connector import Connector  # type: ignore[import-not-found]
from thingsboard_gateway.gateway.entities.converted_data import ConvertedData  # type: ignore[import-not-found]
from thingsboard_gateway.gateway.entities.telemetry_entry import TelemetryEntry  # type: ignore[import-not-found]

from bench.rivals.job import AT, body_of, job_of, produce


class BenchConnector(Connector):  # type: ignore[misc]
    """Hands each batch to the gateway's storage; one device, named like the gateway's account."""

    def __init__(self, gateway: Any, config: dict[str, Any], connector_type: str) -> None:
        self._gateway, self._config, self._type = gateway, config, connector_type
        self._job = job_of(os.environ["BENCH_JOB"])
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        produce(self._job, self._append)

    def _append(self, numbers: range) -> None:
        data = ConvertedData(device_name=self._job.gateway)
        for n in numbers:
            data.add_to_telemetry(TelemetryEntry(body_of(self._job.kind, n), AT + n * 1000))
        self._gateway.send_to_storage(self.get_name(), self.get_id(), data)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        pass

    def get_id(self) -> str:
        return "bench"

    def get_name(self) -> str:
        return "bench"

    def get_type(self) -> str:
        return self._type

    def get_config(self) -> dict[str, Any]:
        return self._config

    def is_connected(self) -> bool:
        return True

    def is_stopped(self) -> bool:
        return False

    def on_attributes_update(self, content: Any) -> None:
        pass

    def server_side_rpc_handler(self, content: Any) -> None:
        pass
