"""From the commands to the records: broker, centre and agent as processes, set up as docs/identity.md says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from sqlalchemy import text

from central.store.engine import open_engine, reading
from tests.central.identity.mtls import Site, now, site_in
from tests.edge_agent.site import Site as Agent
from tests.edge_agent.site import deliver
from tests.services import free_port, is_well, wait_until

CLI = [sys.executable, "-m", "central.cli"]
WAIT_S = 90.0


class District:
    """A centre behind the broker's own door, and gw-1 enrolled by command; its certificate was given 25 days ago."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.site, self.port = site, free_port()
        settings = folder / "centre.toml"
        settings.write_text(
            f'data_dir = "{site.data_dir}"\ndatabase = "{site.engine.url}"\nport = {self.port}\n'
            f'[broker]\nurl = "mqtts://127.0.0.1:{site.centre_port}"\ntls_ca = "{site.files / "ca.crt"}"\n'
            f'tls_cert = "{site.files / "centre.crt"}"\ntls_key = "{site.files / "centre.key"}"\n'
            f'[identity]\nbroker_url = "mqtts://127.0.0.1:{site.broker.port}"\n'
            f'centre_url = "http://127.0.0.1:{self.port}"\nbroker_log = "{site.broker.log}"\n'
        )
        self.env = {**os.environ, "SITEPROGRESS_CENTRAL_SETTINGS": str(settings)}
        self.keys = folder / "keys"
        subprocess.run(
            [*CLI, "gateway", "enroll", "gw-1", "--out", str(self.keys), "--at", str(self.keys)],
            env=self.env,
            check=True,
            capture_output=True,
        )
        old = site.certificate("old", common="gw-1", made=now() - timedelta(days=25))
        for name in ("gateway.crt", "gateway.key"):
            shutil.copy(old / name, self.keys / name)
        self.log = folder / "centre.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*CLI, "serve"], env=self.env, stdout=log, stderr=log)
        wait_until(self._answers, what="the centre answers")
        self.agent = Agent(root=folder / "agent", broker=site.broker)
        self.drop = self.agent.add_folder_camera()
        self.agent.sections = tomllib.loads((self.keys / "identity.toml").read_text())
        self.agent.sections["broker"] |= {"retry_min_s": 0.05, "retry_max_s": 0.3, "resend_s": 0.5, "beat_s": 0.5}

    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.keys / "gateway.crt").read_bytes())

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.agent.data_dir / "health.json").read_text())
        return found

    def count(self, table: str) -> int:
        with reading(self.site.engine) as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def close(self) -> None:
        self.agent.kill()
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return is_well(self.port)


@pytest.fixture
def district(tmp_path: Path, migrated_sqlite: Path) -> Iterator[District]:
    """All of it running but the agent."""
    shutil.copy(migrated_sqlite, tmp_path / "centre.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'centre.db'}")
    users = {"gw-1": ""}
    site = site_in(tmp_path, engine)
    site.broker.users.update(users)
    district = District(tmp_path, site)
    yield district
    district.close()
    site.broker.kill()
    engine.dispose()


def test_an_agent_delivers_signed_records_and_renews_on_its_way(district: District) -> None:
    agent, before = district.agent, district.certificate()
    deliver(district.drop, range(4))
    agent.start()
    agent.wait_for(lambda status: status.acked >= 4 and status.pending == 0, what="delivered", timeout_s=WAIT_S)
    wait_until(lambda: district.certificate().serial_number != before.serial_number, what="renewed", timeout_s=WAIT_S)
    assert district.certificate().not_valid_after_utc - now() > timedelta(days=29)
    district.site.broker.kill()
    district.site.broker.start()
    deliver(district.drop, range(4, 8))
    agent.wait_for(
        lambda status: status.acked >= 8 and status.pending == 0, what="delivered under the new one", timeout_s=WAIT_S
    )
    assert agent.stop() == 0
    said = district.health()["identity"]
    assert said == {"problem": "", "certificate_until": district.certificate().not_valid_after_utc.isoformat()}
    assert district.count("record") == agent.status().produced
    assert district.count("frame_proof") > 0
    assert district.count("dead_letter") == 0
    refused = [event for event in district.site.events() if event[0] != "tls_refused"]
    assert refused == []
