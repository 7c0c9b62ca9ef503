/** What the map draws, as GeoJSON: sites flat, things as tall as they are built, the plan as a dashed frame. Pure. */
import type { Feature, FeatureCollection, MultiPolygon, Position } from "geojson";
import type { Thing } from "./useMap";

const FULL_BP = 10_000;
const SLAB_M = 1.2; // what nobody has seen is drawn flat: its height is not known
const M_PER_DEGREE = 111_319.49;
const STOREY_M = 3;
const JOINT_M = 0.4;
const STOREYS_MAX = 2_000; // above it buildings are drawn whole
const DASHES = 5; // along each edge
const POSTS = 4; // dashes of each corner's post

export function heightOf(thing: Pick<Thing, "actual_bp" | "full_height_m">): number {
  return thing.actual_bp === null ? SLAB_M : Math.max(SLAB_M, (thing.full_height_m * thing.actual_bp) / FULL_BP);
}

export function plannedHeight(thing: Pick<Thing, "plan_bp" | "full_height_m">): number | null {
  return thing.plan_bp === null ? null : (thing.full_height_m * thing.plan_bp) / FULL_BP;
}

export interface Colours {
  of: (thing: Thing) => string;
  /** What shows between storeys. */
  joint: (colour: string) => string;
}

/** Things as tall as they are built; where there are few enough, storey upon storey. */
export function solids(things: readonly Thing[], colours: Colours): FeatureCollection<MultiPolygon> {
  const storeys = things.reduce((sum, thing) => sum + (thing.building?.storeys ?? 0), 0);
  const features = things.flatMap((thing) => {
    const [colour, height_m] = [colours.of(thing), heightOf(thing)];
    const same = { id: thing.id, unknown: thing.actual_bp === null };
    const slabs = thing.building && thing.actual_bp !== null && storeys <= STOREYS_MAX ? Math.ceil(height_m / STOREY_M) : 1;
    if (slabs < 2) return [solid(thing.rings, 0, height_m, { ...same, colour })];
    const floors = Array.from({ length: slabs }, (_, at) => solid(thing.rings, at * STOREY_M, at === slabs - 1 ? height_m : (at + 1) * STOREY_M - JOINT_M, { ...same, colour }));
    return [solid(thing.rings.map((ring) => inset(ring)), 0, height_m - 0.1, { ...same, colour: colours.joint(colour) }), ...floors];
  });
  return { type: "FeatureCollection", features };
}

/** The ring a thirtieth smaller about its middle. */
function inset(ring: readonly number[][]): number[][] {
  const [x, y] = middle(ring);
  return ring.map(([lon = 0, lat = 0]) => [x + (lon - x) * 0.97, y + (lat - y) * 0.97]);
}

export function sites(things: readonly Thing[]): FeatureCollection<MultiPolygon> {
  const projects = new Map(things.map((thing) => [thing.project.id, thing.project]));
  const features = [...projects.values()].map((project): Feature<MultiPolygon> => ({
    type: "Feature",
    properties: { id: project.id, fenced: project.fenced },
    geometry: { type: "MultiPolygon", coordinates: project.outline.map((ring) => [ring]) },
  }));
  return { type: "FeatureCollection", features };
}

/** Dashed frames of the things whose plan stands above what is built; thin boxes, since lines cannot leave the ground. */
export function frames(things: readonly Thing[]): FeatureCollection<MultiPolygon> {
  return { type: "FeatureCollection", features: things.flatMap(frameOf) };
}

function frameOf(thing: Thing): Feature<MultiPolygon>[] {
  const [ring, top_m] = [thing.rings[0], plannedHeight(thing)];
  const built_m = heightOf(thing);
  if (!ring || ring.length < 4 || top_m === null || top_m <= built_m + 0.5) return [];
  const thick = thickness(ring);
  const edges = ring.slice(0, -1).map((from, at) => [from, ring[at + 1] ?? from] as const);
  const roof = solid(edges.flatMap(([from, to]) => dashes(from, to, thick)), top_m - thick.m, top_m);
  const corners = ring.slice(0, -1).map((corner) => square(corner, thick));
  const step_m = (top_m - built_m) / POSTS;
  const posts = Array.from({ length: POSTS }, (_, at) => solid(corners, built_m + at * step_m, built_m + (at + 0.55) * step_m));
  return [roof, ...posts];
}

interface Thick {
  m: number;
  lon: number;
  lat: number;
}

/** A sixtieth of the ring's width, 0.4 m at least. */
function thickness(ring: readonly Position[]): Thick {
  const lons = ring.map((point) => point[0] ?? 0);
  const lats = ring.map((point) => point[1] ?? 0);
  const slim = Math.cos(((lats[0] ?? 0) * Math.PI) / 180);
  const wide_m = Math.max((Math.max(...lons) - Math.min(...lons)) * slim, Math.max(...lats) - Math.min(...lats)) * M_PER_DEGREE;
  const m = Math.max(0.4, wide_m / 60);
  return { m, lon: m / (M_PER_DEGREE * slim), lat: m / M_PER_DEGREE };
}

function dashes(from: Position, to: Position, thick: Thick): Position[][] {
  return Array.from({ length: DASHES }, (_, at) => {
    const [a, b] = [between(from, to, at / DASHES), between(from, to, (at + 0.6) / DASHES)];
    return bar(a, b, thick);
  });
}

function between(from: Position, to: Position, share: number): Position {
  return [(from[0] ?? 0) + ((to[0] ?? 0) - (from[0] ?? 0)) * share, (from[1] ?? 0) + ((to[1] ?? 0) - (from[1] ?? 0)) * share];
}

/** A box around a stretch that runs along a parallel or a meridian, as footprints do. */
function bar(a: Position, b: Position, thick: Thick): Position[] {
  const [west, east] = [Math.min(a[0] ?? 0, b[0] ?? 0), Math.max(a[0] ?? 0, b[0] ?? 0)];
  const [south, north] = [Math.min(a[1] ?? 0, b[1] ?? 0), Math.max(a[1] ?? 0, b[1] ?? 0)];
  const [dx, dy] = [thick.lon / 2, thick.lat / 2];
  return box(west - dx, south - dy, east + dx, north + dy);
}

function square(at: Position, thick: Thick): Position[] {
  return bar(at, at, thick);
}

function box(west: number, south: number, east: number, north: number): Position[] {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

function solid(rings: Position[][], base_m: number, height_m: number, more: object = {}): Feature<MultiPolygon> {
  return { type: "Feature", properties: { ...more, base_m, height_m }, geometry: { type: "MultiPolygon", coordinates: rings.map((ring) => [ring]) } };
}

/** Middle of the first ring's corners. */
export function middleOf(thing: Thing): [number, number] {
  return middle(thing.rings[0] ?? []);
}

function middle(closed: readonly number[][]): [number, number] {
  const ring = closed.slice(0, -1);
  const sum = ring.reduce<[number, number]>(([x, y], [lon = 0, lat = 0]) => [x + lon, y + lat], [0, 0]);
  return [sum[0] / Math.max(1, ring.length), sum[1] / Math.max(1, ring.length)];
}

/** [[west, south], [east, north]] of all rings; null when there are none. */
export function boundsOf(things: readonly Thing[]): [[number, number], [number, number]] | null {
  const points = things.flatMap((thing) => [...thing.project.outline.flat(), ...thing.rings.flat()]);
  if (points.length === 0) return null;
  const [lons, lats] = [points.map(([lon = 0]) => lon), points.map(([, lat = 0]) => lat)];
  const low = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = (values: number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return [[low(lons), low(lats)], [high(lons), high(lats)]];
}
