"""The district's house, set up and torn down: broker, centre, gateways, links, cameras, people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from demo.agent import Agent, Eye, prepare
from demo.broker import CENTRE, Broker, open_broker
from demo.centre import hand_all_in, speak_to
from demo.conductor import Stage
from demo.district import District
from demo.footage import Footage
from demo.link import Link
from demo.rtsp import StillCamera
from demo.server import Server, open_server


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that runs. `logins` are the demo's people with their passwords of this run."""

    folder: Path
    broker: Broker
    server: Server
    stage: Stage
    logins: Mapping[str, str]

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The gateways."""
        return tuple(self.stage.agents.values())


@contextmanager
def open_house(
    district: District,
    footage: Footage,
    folder: Path,
    *,
    broker: str | None = None,
    port: int = 0,
    models: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[House]:
    """Start everything, gateways last; all is ended on the way out, gateways first."""
    with ExitStack() as stack:
        names = (CENTRE, *(site.gateway for site in district.sites))
        passwords = {name: token_urlsafe(18) for name in names}
        started = stack.enter_context(open_broker(broker, passwords=passwords, folder=folder / "broker"))
        say(f"broker: {started.words}")
        server = stack.enter_context(open_server(district, folder / "centre", broker=started, port=port))
        say(f"centre: {server.url}, SQLite in {server.folder}")
        logins = server.add_people(district.people)
        tokens = {site.gateway: server.add_gateway(site.gateway) for site in district.sites}
        with speak_to(server.url, username="admin", password=logins["admin"]) as centre:
            for path, _ in district.plans:
                centre.import_plan(path)
        hand_all_in(server.url, district.papers, logins)
        say(f"handed in by its people: {len(district.papers)} papers (fences, money, goals)")
        stage = _stage(stack, district, footage, folder, broker=started, server=server, tokens=tokens, models=models)
        for agent in stage.agents.values():
            agent.start()
            stack.callback(agent.stop)
            say(f"gateway {agent.gateway}: cameras {', '.join(agent.cameras)}")
        yield House(folder=folder, broker=started, server=server, stage=stage, logins=logins)


def _stage(
    stack: ExitStack,
    district: District,
    footage: Footage,
    folder: Path,
    *,
    broker: Broker,
    server: Server,
    tokens: Mapping[str, str],
    models: Path | None,
) -> Stage:
    scenes = {scene.camera: scene for scene in footage.scenes}
    first = min(still.at for still in footage.stills)
    agents: dict[str, Agent] = {}
    links: dict[str, tuple[Link, ...]] = {}
    folders: dict[str, Path] = {}
    projectors: dict[str, StillCamera] = {}
    for site in district.sites:
        to_broker = stack.enter_context(Link(broker.host, broker.port))
        to_centre = stack.enter_context(Link("127.0.0.1", server.port))
        links[site.gateway] = (to_broker, to_centre)
        eyes = []
        for lens in site.cameras:
            scene = scenes[lens.id]
            if lens.kind == "rtsp":
                projectors[lens.id] = _projector(stack, scene.stills[0].path)
                eyes.append(Eye(camera=lens.id, scene=scene.path / "scene.json", rtsp_url=projectors[lens.id].url))
            else:
                folders[lens.id] = folder / "drop" / lens.id
                folders[lens.id].mkdir(parents=True)
                eyes.append(Eye(camera=lens.id, scene=scene.path / "scene.json", folder=folders[lens.id]))
        account = broker.accounts[site.gateway]
        agents[site.gateway] = prepare(
            site.gateway,
            folder / site.gateway,
            broker={
                "host": "127.0.0.1",
                "port": to_broker.port,
                "username": account.username,
                "password": account.password,
            },
            centre_url=f"http://127.0.0.1:{to_centre.port}",
            token=tokens[site.gateway],
            eyes=eyes,
            first=first,
            models=models,
        )
    return Stage(agents=agents, links=links, folders=folders, projectors=projectors, outages=district.outages)


def _projector(stack: ExitStack, first: Path) -> StillCamera:
    camera = StillCamera()
    camera.set_still(first)
    camera.start()
    stack.callback(camera.stop)
    return camera
