"""Buildings are laid out inside the fence, apart from each other, and stay where they were."""

from __future__ import annotations

from itertools import combinations

import pytest
from shapely import Polygon

from central.api.views.siting import Spot, Unplaced, footprints, outline_of, plot_of, spots
from central.quality.fence import around, read_fence

BEND = [[0, 0], [0.004, 0], [0.004, 0.001], [0.001, 0.001], [0.001, 0.004], [0, 0.004], [0, 0]]
HERE = Spot(lon=0.0, lat=0.0, schematic=True)


@pytest.mark.parametrize("buildings", [1, 2, 7, 20, 60])
def test_a_bent_site_holds_all_its_buildings_apart(buildings: int) -> None:
    fence = read_fence({"type": "Polygon", "coordinates": [BEND]}, datum="wgs84")
    rings = footprints(HERE, fence, buildings, road=False)
    site = Polygon(outline_of(fence)[0]).buffer(1e-5)
    assert len(set(rings)) == buildings
    assert all(site.contains(Polygon(ring)) for ring in rings)
    assert not any(Polygon(one).intersects(Polygon(other)) for one, other in combinations(rings, 2))
    assert rings == footprints(HERE, fence, buildings, road=False)


@pytest.mark.parametrize("road", [False, True])
def test_without_a_fence_the_plot_holds_them(road: bool) -> None:
    plot = Polygon(plot_of(HERE)).buffer(1e-6)
    rings = footprints(HERE, None, 20, road=road)
    assert len(rings) == 20
    assert all(plot.contains(Polygon(ring)) for ring in rings)


def test_a_tiny_site_still_shows_each_building() -> None:
    tiny = around(lat_e7=0, lon_e7=0, radius_m=1)
    assert len(footprints(HERE, tiny, 300, road=False)) == 300
    assert footprints(HERE, tiny, 0, road=False) == ()


def test_projects_without_a_place_lie_by_street_beside_the_known_ones() -> None:
    unplaced = [Unplaced(project=f"p{nth:02d}", street=f"s{nth % 3}") for nth in range(30)]
    found = spots(unplaced, {"known": (121.4, 31.2)})
    assert (found["known"].schematic, found["known"].lon) == (False, 121.4)
    assert all(found[one.project].schematic and found[one.project].lon > 121.4 for one in unplaced)
    assert len({(spot.lon, spot.lat) for spot in found.values()}) == 31
    assert found == spots(list(reversed(unplaced)), {"known": (121.4, 31.2)})
