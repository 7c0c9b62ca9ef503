/** Where the phone is, and whether that is on the site. A claim: the centre checks it again. */

export interface Fix {
  lat: number;
  lon: number;
  accuracy_m: number;
  at_ms: number;
}

type Ring = readonly (readonly number[])[];
const EARTH_M = 6_371_008.8;

/** Whether a point lies in a polygon (outer ring first, holes after); [longitude, latitude]. Even–odd rule. */
export function inPolygon(rings: readonly Ring[], lon: number, lat: number): boolean {
  return rings.filter((ring) => crosses(ring, lon, lat)).length % 2 === 1;
}

function crosses(ring: Ring, lon: number, lat: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi = 0, yi = 0] = ring[i] ?? [];
    const [xj = 0, yj = 0] = ring[j] ?? [];
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Metres from a point to the nearest corner or edge, flat within a site's few hundred metres. */
export function metresTo(rings: readonly Ring[], lon: number, lat: number): number {
  const east = (EARTH_M * Math.PI * Math.cos((lat * Math.PI) / 180)) / 180;
  const north = (EARTH_M * Math.PI) / 180;
  let nearest = Infinity;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [ax = 0, ay = 0] = ring[i - 1] ?? [];
      const [bx = 0, by = 0] = ring[i] ?? [];
      const [x0, y0, x1, y1] = [(ax - lon) * east, (ay - lat) * north, (bx - lon) * east, (by - lat) * north];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const along = Math.max(0, Math.min(1, -(x0 * dx + y0 * dy) / (dx * dx + dy * dy || 1)));
      nearest = Math.min(nearest, Math.hypot(x0 + along * dx, y0 + along * dy));
    }
  }
  return nearest;
}

/** The phone's position; null when it has none, is not allowed to tell, or takes too long. */
export function locate(): Promise<Fix | null> {
  if (!("geolocation" in navigator)) return Promise.resolve(null);
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) => resolve({ lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy, at_ms: timestamp }),
      () => resolve(null),
      { enableHighAccuracy: true, maximumAge: 60_000, timeout: 15_000 },
    );
  });
}
