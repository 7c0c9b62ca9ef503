/** The books of delivery over all gateways: produced = acknowledged + in flight. A gateway without a heartbeat leaves them unknown. */
import type { GatewayState } from "@/api/types";

export interface Balance {
  produced: number | null;
  acked: number;
  in_flight: number | null;
  tombstones: number;
  duplicates: number;
  dead_letters: number;
  conflicts: number;
  /** null while a heartbeat is missing. */
  ok: boolean | null;
  /** Some gateway is offline, so what it produced since is not known: figures are lower bounds. */
  atLeast: boolean;
}

export function balanceOf(gateways: readonly GatewayState[]): Balance {
  const sum = (pick: (gateway: GatewayState) => number) => gateways.reduce((total, gateway) => total + pick(gateway), 0);
  const known = gateways.length > 0 && gateways.every((gateway) => gateway.produced !== null);
  const produced = known ? sum((gateway) => gateway.produced ?? 0) : null;
  const acked = sum((gateway) => gateway.watermark);
  const dead_letters = sum((gateway) => gateway.dead_letters);
  const conflicts = sum((gateway) => gateway.conflicts);
  return {
    produced: produced === null ? null : Math.max(produced, acked),
    acked,
    in_flight: produced === null ? null : Math.max(0, produced - acked),
    tombstones: sum((gateway) => gateway.tombstones),
    duplicates: sum((gateway) => gateway.duplicates),
    dead_letters,
    conflicts,
    ok: produced === null ? null : dead_letters === 0 && conflicts === 0,
    atLeast: gateways.some((gateway) => !gateway.online),
  };
}

/** An age in the largest unit that fits: number and unit key. */
export function ageOf(ms: number): { n: number; unit: "ms" | "s" | "min" | "h" } {
  if (ms < 1_000) return { n: ms, unit: "ms" };
  if (ms < 60_000) return { n: Math.floor(ms / 1_000), unit: "s" };
  if (ms < 3_600_000) return { n: Math.floor(ms / 60_000), unit: "min" };
  return { n: Math.floor(ms / 3_600_000), unit: "h" };
}

/** The centre's clock minus a gateway's, with its sign, in the largest unit that fits. */
export function offsetOf(ms: number): { n: string; unit: "ms" | "s" | "min" | "h" } {
  const { n, unit } = ageOf(Math.abs(ms));
  return { n: `${ms === 0 ? "±" : ms > 0 ? "+" : "−"}${n}`, unit };
}
