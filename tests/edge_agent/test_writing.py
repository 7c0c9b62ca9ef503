"""A result is written whole, whatever the names in it."""

import json
from pathlib import Path

from edge_agent.writing import write_whole


def test_a_name_that_utf8_cannot_spell_is_written_in_escapes(tmp_path: Path) -> None:
    """A data set's folder may be named in GBK; the figures of an hour's work are not lost for it."""
    write_whole(tmp_path / "out.json", json.dumps({"dataset": "工地-\udcff"}, ensure_ascii=False))
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == {"dataset": "工地-\udcff"}
