/** Which devices need somebody, in what order, and what the address asks for. */
import type { CameraState, GatewayState } from "@/api/types";
import { sorted } from "@/format/lists";

/** What is wrong with a camera: its conditions, and a picture that does not fit its reference. */
export function codesOf(camera: CameraState): string[] {
  const codes = camera.conditions.map((condition) => condition.code);
  if (camera.registration === "UNVERIFIED") codes.push("UNVERIFIED");
  if (camera.registration === "MOVED" && !codes.includes("moved")) codes.push("MOVED");
  return codes;
}

const FIRST = ["moved", "MOVED", "UNVERIFIED"];

function weightOf(camera: CameraState): number {
  const codes = codesOf(camera);
  if (codes.some((code) => FIRST.includes(code))) return 0;
  return codes.length > 0 ? 1 : 2;
}

/** Moved and unverified ones first, then whatever else is wrong, then the others; by gateway and name within. */
export function sortedCameras(cameras: readonly CameraState[]): CameraState[] {
  return sorted(cameras, (a, b) => weightOf(a) - weightOf(b) || compare(a.gateway, b.gateway) || compare(a.id, b.id));
}

/** Most troubled first. */
export function sortedGateways(gateways: readonly GatewayState[]): GatewayState[] {
  return sorted(gateways, (a, b) => Number(b.troubles.length > 0) - Number(a.troubles.length > 0) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

export interface Wanted {
  /** Code of a trouble of gateways or a condition of cameras; null = all. */
  state: string | null;
  /** Part of the id of a gateway or camera. */
  find: string;
}

function named(id: string, find: string): boolean {
  return id.toLowerCase().includes(find.trim().toLowerCase());
}

export function camerasShown(cameras: readonly CameraState[], { state, find }: Wanted): CameraState[] {
  return sortedCameras(cameras).filter((camera) => (state === null || codesOf(camera).includes(state)) && (named(camera.id, find) || named(camera.gateway, find)));
}

/** With a state: gateways that have it themselves or through one of their cameras. */
export function gatewaysShown(gateways: readonly GatewayState[], cameras: readonly CameraState[], { state, find }: Wanted): GatewayState[] {
  const through = new Set(cameras.filter((camera) => state !== null && codesOf(camera).includes(state)).map((camera) => camera.gateway));
  const own = new Set(cameras.filter((camera) => named(camera.id, find)).map((camera) => camera.gateway));
  return sortedGateways(gateways).filter(
    (gateway) => (state === null || gateway.troubles.some((code) => code === state) || through.has(gateway.id)) && (named(gateway.id, find) || own.has(gateway.id)),
  );
}

export interface Count {
  code: string;
  of: "gateway" | "camera";
  n: number;
}

/** How many devices have each trouble now; gateways before cameras, most frequent first. */
export function countsOf(gateways: readonly GatewayState[], cameras: readonly CameraState[]): Count[] {
  const counted = (of: Count["of"], codes: readonly string[]): Count[] => {
    const counts = new Map<string, number>();
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
    return sorted([...counts].map(([code, n]) => ({ code, of, n })), (a, b) => b.n - a.n || compare(a.code, b.code));
  };
  return [...counted("gateway", gateways.flatMap((gateway) => gateway.troubles)), ...counted("camera", cameras.flatMap(codesOf))];
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** 5368709120 → "5.0 GiB", cut: never shown as more than there is. */
export function bytesOf(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const tenths = Math.floor((bytes * 10) / 1024 ** power);
  return `${Math.floor(tenths / 10)}.${tenths % 10} ${UNITS[power]}`;
}
