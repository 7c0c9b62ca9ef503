"""Composition root of the edge: builds everything from the settings, passes it down, starts and ends the threads."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from random import Random

import edge_agent
from edge_agent import health
from edge_agent.buffer.evidence import EvidenceFolder
from edge_agent.buffer.opening import FolderLock, lock_folder, open_outbox
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.camera.nursing import Nursery
from edge_agent.camera.source import Camera
from edge_agent.clock import Clock, SystemClock, clock_of, wall, wall_ms
from edge_agent.errors import StoreError
from edge_agent.identity import Renewer, renewer_of, signer_of
from edge_agent.publisher import Identity, Publisher
from edge_agent.remote.again import begin_again
from edge_agent.remote.carry import settle
from edge_agent.remote.keeper import Around, Keeper
from edge_agent.remote.looks import Looks, Surroundings
from edge_agent.remote.start import begin
from edge_agent.remote.watching import cameras_seen
from edge_agent.sense import Sense, Station
from edge_agent.settings import FolderCamera, IdentityFiles, Settings, read_secret
from edge_agent.uploader import Uploader
from edge_agent.vision.scene import Scene, load_scene
from edge_agent.vision.see import Network
from wire.codec import encode_body
from wire.messages import StillHeld
from wire.private import keep_private

log = logging.getLogger(__name__)

HEALTH_S = 2.0
DRAIN_S = 5.0
END_S = 40.0  # an agent that is to begin anew and has not ended by then is cut off: what it owns survives a kill
KEEPER_S = 5.0
NetworkOf = Callable[[str], Network]


@dataclass(slots=True, kw_only=True)
class Agent:
    """All parts of a running agent."""

    settings: Settings
    lock: FolderLock
    outbox: Outbox
    evidence: EvidenceFolder
    nursery: Nursery
    cameras: tuple[Camera, ...]
    sense: Sense
    publisher: Publisher
    uploader: Uploader | None
    renewer: Renewer | None
    keeper: Keeper
    failures: list[BaseException] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set or a part fails for good; then finish what is in hand, send what waits, close."""
        ended = threading.Event()
        self.keeper.begin()
        sensing = self._thread("sense", self.sense.run, stop, failed=stop)
        sending = self._thread("publisher", lambda e: self.publisher.run(e, drain_s=DRAIN_S), ended, failed=stop)
        threads = [sensing, sending]
        if self.uploader is not None:
            threads.append(self._thread("uploader", self.uploader.run, ended, failed=stop))
        if self.renewer is not None:
            threads.append(self._thread("renewal", self.renewer.run, ended, failed=stop))
        for camera in self.cameras:
            camera.open()
        keeping = self._thread("configuration", self._keep, stop, failed=stop, daemon=True)
        for thread in (*threads, keeping):
            thread.start()
        log.info("agent runs gateway=%s epoch=%s", self.settings.gateway.id, self.outbox.epoch)
        while not stop.wait(HEALTH_S):
            self._write_health()
        sensing.join()
        for camera in self.cameras:
            camera.close()
        ended.set()
        for thread in threads:
            thread.join()
        self._write_health()
        keeping.join(KEEPER_S)
        for failure in self.failures:
            if not isinstance(failure, StoreError):  # a disk that fails is no configuration's fault
                self.keeper.failed(repr(failure))
        self.close()

    def close(self) -> None:
        """Let go of processes, store and folder."""
        self.nursery.close()
        self.outbox.close()
        self.lock.close()

    def _keep(self, stop: threading.Event) -> None:
        """Keep the configuration; a switch ends this life, and one that does not end in time is cut off."""
        self.keeper.run(stop)
        stop.set()
        if self.keeper.again.is_set():
            cut_off = threading.Timer(END_S, begin_again)
            cut_off.daemon = True
            cut_off.start()

    def _write_health(self) -> None:
        try:
            plain = health.snapshot(
                self.cameras, self.sense, self.publisher, self.uploader, self.evidence, renewer=self.renewer
            )
            plain["configuration"] = {"current": self.keeper.current, "problem": self.keeper.problem}
            health.write_snapshot(self.settings.gateway.data_dir, plain)
        except OSError as error:
            log.warning("health not written reason=%s", error.strerror)

    def _thread(
        self,
        name: str,
        work: Callable[[threading.Event], None],
        until: threading.Event,
        *,
        failed: threading.Event,
        daemon: bool = False,
    ) -> threading.Thread:
        def guarded() -> None:
            try:
                work(until)
            except Exception as error:
                log.exception("%s ended, the agent ends", name)
                self.failures.append(error)
                failed.set()

        return threading.Thread(target=guarded, name=name, daemon=daemon)


def build(settings: Settings, *, network_of: NetworkOf | None = None) -> Agent:
    """Everything checked and opened, nothing started. Errors name the file and what was expected.

    The settings are the file's; what runs is the configuration that holds, or they alone. `network_of` gives the
    network for a work type; the shipped weights when absent.
    """
    _keep_private(settings)
    lock = lock_folder(settings.gateway.data_dir)
    try:
        return _built(settings, lock, network_of=network_of)
    except BaseException:
        lock.close()
        raise


def _keep_private(settings: Settings) -> None:
    """The data folder is the agent's alone, but for folders in it that cameras fill."""
    drops = [camera.path for camera in settings.camera if isinstance(camera, FolderCamera)]
    with suppress(OSError):  # locking it tells what is wrong
        keep_private(settings.gateway.data_dir, shared=drops)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Eye:
    """What the cameras see with: commissioning by camera, networks by kind of work."""

    scenes: dict[str, Scene]
    networks: dict[str, Network]


def _eye_of(settings: Settings, *, network_of: NetworkOf | None) -> _Eye:
    scenes = {camera.id: load_scene(camera.scene) for camera in settings.camera}
    return _Eye(scenes=scenes, networks=load_networks(settings, tuple(scenes.values()), network_of=network_of))


def _built(given: Settings, lock: FolderLock, *, network_of: NetworkOf | None) -> Agent:
    started = begin(given, lambda settings: _eye_of(settings, network_of=network_of), now_ms=wall_ms())
    settings, eye, data_dir = started.settings, started.made, given.gateway.data_dir
    outbox = _outbox_of(settings, data_dir)
    settle(outbox, given, trial=started.trial, now=eye.scenes)
    evidence = EvidenceFolder(data_dir / "evidence", cap_bytes=settings.limits.evidence_bytes)
    clock = clock_of(settings.clock, boot=boot_id(), floor_ms=outbox.floor_ms())
    random, arrived, nursery = Random(), threading.Event(), Nursery()
    cameras = tuple(_cameras(settings, outbox, nursery, arrived=arrived, random=random))
    around = Around(
        cameras=lambda: cameras_seen(cameras, sense),
        synced=lambda: publisher.state.synced,
        forged=lambda: setattr(publisher.state, "security", publisher.state.security + 1),
        now_ms=wall_ms,
        clock=SystemClock().state,
        random=random,
    )
    centre_key = given.identity.centre_key
    trusted_key = read_secret(centre_key) if centre_key else None
    keeper = Keeper(given, outbox, around, centre_key=trusted_key)
    told = Surroundings(now_ms=around.now_ms, clock=around.clock, config=lambda: keeper.current, forged=around.forged)
    looks = Looks(settings, told, trusted_key)
    sense = Sense(
        [Station(camera=c, scene=eye.scenes[c.id], net=eye.networks[eye.scenes[c.id].work_type]) for c in cameras],
        outbox,
        evidence,
        clock=clock,
        replay=settings.clock.source == "file",
        every_s=settings.evidence.every_h * 3600 if settings.evidence.enabled else None,
        arrived=arrived,
        blamed=keeper.blamed,
        looks=looks,
    )
    publisher = _publisher(
        settings,
        outbox,
        sense,
        cameras,
        clock=clock,
        networks=eye.networks,
        random=random,
        heard={"config": keeper.offer, "cmd": looks.offer},
        keys=given.identity,
    )
    return Agent(
        settings=settings,
        lock=lock,
        outbox=outbox,
        evidence=evidence,
        nursery=nursery,
        cameras=cameras,
        sense=sense,
        publisher=publisher,
        uploader=Uploader(settings.centre, evidence, random=random, held=saying(outbox)) if settings.centre else None,
        renewer=renewer_of(given, distrusted=lambda: ": TLS: " in publisher.state.problem, random=random),
        keeper=keeper,
    )


def _outbox_of(settings: Settings, data_dir: Path) -> Outbox:
    cap_bytes = settings.limits.outbox_bytes
    return open_outbox(data_dir, gateway=settings.gateway.id, now_ms=wall_ms, cap_bytes=cap_bytes, reserve=True)


def saying(outbox: Outbox) -> Callable[[StillHeld], None]:
    """How the uploader says that a still is set aside: a record, durable when it returns."""

    def say(held: StillHeld) -> None:
        clock = SystemClock().state()
        outbox.append([NewRecord(kind="still_held", at=wall_ms(), clock=clock, body=encode_body(held))])

    return say


def load_networks(settings: Settings, scenes: Sequence[Scene], *, network_of: NetworkOf | None) -> dict[str, Network]:
    """One network for each kind of work that the cameras see; ModelError when one will not do."""
    if network_of is None:
        from edge_agent.vision.session import load_networks as networks_of

        kinds = sorted({scene.work_type for scene in scenes})
        vision = settings.vision
        return dict(networks_of(models_folder(settings), kinds, threads=vision.threads, precision=vision.precision))
    return {kind: network_of(kind) for kind in {scene.work_type for scene in scenes}}


def models_folder(settings: Settings) -> Path:
    """The folder the settings name, else the one that is installed with the package, else the checkout's."""
    if settings.vision.models is not None:
        return settings.vision.models
    return shipped_models()


def shipped_models() -> Path:
    """Where the weights lie that come with the product."""
    package = Path(edge_agent.__path__[0])
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


def boot_id() -> str:
    """Names this boot of the machine; of this process where the kernel does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid.uuid4())


def _cameras(
    settings: Settings, outbox: Outbox, nursery: Nursery, *, arrived: threading.Event, random: Random
) -> list[Camera]:
    def known(camera: str) -> dict[str, tuple[int, bool]]:
        marks = outbox.processed(camera).values()
        return {mark.name: (mark.size_bytes, mark.outcome == "read") for mark in marks}

    return [
        Camera(
            camera,
            settings.limits,
            start=nursery.capture,
            known=lambda camera=camera: known(camera.id),  # type: ignore[misc]
            arrived=arrived,
            random=random,
        )
        for camera in settings.camera
    ]


def _publisher(
    settings: Settings,
    outbox: Outbox,
    sense: Sense,
    cameras: Sequence[Camera],
    *,
    clock: Clock,
    networks: dict[str, Network],
    random: Random,
    heard: Mapping[str, Callable[[bytes], None]],
    keys: IdentityFiles,
) -> Publisher:
    signer = signer_of(keys)
    identity = Identity(
        gateway=settings.gateway.id,
        boot=boot_id(),
        software=f"siteprogress/{version('siteprogress')}",
        model_sha256=",".join(sorted({net.sha256 for net in networks.values()})),
        cameras=tuple(camera.id for camera in settings.camera),
    )
    return Publisher(
        outbox,
        settings.broker,
        identity,
        vitals=lambda: health.vitals(settings.gateway.data_dir, cameras, sense, clock),
        wall=wall,
        random=random,
        sign=signer.sign if signer else None,
        centre_key=read_secret(keys.centre_key) if keys.centre_key else None,
        hear=heard,
        compared=clock.compare,
    )
