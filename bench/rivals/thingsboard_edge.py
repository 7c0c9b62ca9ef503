"""Edge process of the delivery bench: the ThingsBoard gateway with its SQLite storage, sending to our broker.

Its rate limits are off and its packs large: what remains is what the program itself can do.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from bench.rivals.job import asked

HERE = Path(__file__).parent
LOGS = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "gateway.log", "level": "WARNING"}},
    "root": {"level": "WARNING", "handlers": ["file"]},
    "loggers": {},
}


def main() -> None:
    """Write its configuration, then be it."""
    from thingsboard_gateway.gateway.tb_gateway_service import TBGatewayService  # type: ignore[import-not-found]
    from thingsboard_gateway.tb_utility.tb_loader import TBModuleLoader  # type: ignore[import-not-found]

    job = asked()
    os.environ["BENCH_JOB"] = sys.argv[1]
    os.chdir(job.folder)
    limits = (
        "rateLimits",
        "dpRateLimits",
        "messagesRateLimits",
        "deviceMessagesRateLimits",
        "deviceRateLimits",
        "deviceDpRateLimits",
    )
    settings = {
        "thingsboard": dict.fromkeys(limits, "0:0,")
        | {
            "host": "127.0.0.1",
            "port": job.port,
            "remoteShell": False,
            "remoteConfiguration": False,
            "statistics": {"enable": False},
            "deviceFiltering": {"enable": False, "filterFile": "list.json"},
            "maxPayloadSizeBytes": 65_536,
            "minPackSendDelayMS": 10,
            "minPackSizeToSend": 5000,
            "checkConnectorsConfigurationInSeconds": 3600,
            "handleDeviceRenaming": False,
            "security": {
                "type": "usernamePassword",
                "clientId": job.gateway,
                "username": job.gateway,
                "password": job.password,
            },
            "qos": 1,
            "reportStrategy": {"type": "ON_RECEIVED"},
            "checkingDeviceActivity": {"checkDeviceInactivity": False},
        },
        "storage": {
            "type": "sqlite",
            "data_file_path": f"{job.folder}/data/",
            "messages_ttl_check_in_hours": 1,
            "messages_ttl_in_days": 7,
            "max_read_records_count": 1000,
        },
        "grpc": {"enabled": False},
        "connectors": [
            {"type": "thingsboard", "name": "bench", "configuration": "bench.json", "class": "BenchConnector"}
        ],
    }
    for name, content in (("tb_gateway", settings), ("bench", {"name": "bench"}), ("logs", LOGS), ("list", {})):
        (job.folder / f"{name}.json").write_text(json.dumps(content))
    (job.folder / "connected_devices.json").write_text("{}")
    (job.folder / "logs").mkdir(exist_ok=True)
    TBModuleLoader.find_paths()
    TBModuleLoader.PATHS.insert(0, str(HERE))
    TBGatewayService(str(job.folder / "tb_gateway.json"))


if __name__ == "__main__":
    main()
