"""Serves the built pages: files as they are; any other address gets index.html (the desk routes by itself)."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HASHED_FOLDERS = ("assets/", "inspect/assets/")


class Pages(StaticFiles):
    """Files with a hash in their name are cached for a year, everything else is asked for again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.startswith("api/"):
            raise HTTPException(404, "no such address")
        response = await self._file_or_page(path, scope)
        if response.status_code == 200:
            cache = "public, max-age=31536000, immutable" if path.startswith(HASHED_FOLDERS) else "no-cache"
            response.headers["Cache-Control"] = cache
        return response

    async def _file_or_page(self, path: str, scope: Scope) -> Response:
        try:
            return await super().get_response(path, scope)
        except HTTPException as missing:
            if missing.status_code != 404 or Path(path).suffix:
                raise
            return await super().get_response("index.html", scope)
