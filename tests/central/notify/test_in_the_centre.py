"""The centre as it is served delivers what is queued, with the mail server and the key its settings name."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from central import clock
from central.app import build
from central.notify.sealing import sealer_of
from central.settings import NotifySettings, Settings
from central.store.engine import writing
from central.store.save_addresses import add_address
from tests.central.notify.build import a_message, a_person, receipts, tell
from tests.central.notify.providers import a_mailbox, text_of
from tests.services import wait_until


def test_the_centre_delivers(sqlite_store: Engine, tmp_path: Path) -> None:
    with a_mailbox() as box:
        mail = tmp_path / "mail"
        mail.write_text(box.relay)
        said = NotifySettings(mail_file=mail, pages_url="https://centre.district.cn", language="zh")
        data, url = tmp_path / "data", sqlite_store.url.render_as_string(hide_password=False)
        a_person(sqlite_store, "owner")
        centre = build(Settings(data_dir=data, database=url, notify=said))
        with writing(sqlite_store) as connection:
            sealed = sealer_of(data).seal("owner@district.cn", person="owner")
            now_ms = clock.system_ms()
            add_address(connection, "owner", channel="email", rank=0, sealed=sealed, by="test", now_ms=now_ms)
        centre.start()
        try:
            tell(sqlite_store, a_message(level="red", urgent=True), wall_ms=clock.system_ms())
            wait_until(lambda: receipts(sqlite_store)[0].state == "sent", what="it is sent", timeout_s=300)
        finally:
            centre.stop()
        (received,) = box.mails
        assert text_of(received) == "三号楼滞后一周\n\nhttps://centre.district.cn/warnings?sel=1"
