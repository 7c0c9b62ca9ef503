/** Which figure of a subject raised an open warning: only that one may wear the level's colour. */
import type { PlanWarning } from "@/api/types";
import { sorted } from "@/format/lists";
import { type Level, severity } from "@/format/signs";

export interface Raised {
  gap: Level | null;
  lag: Level | null;
}

export function levelOf(warnings: readonly PlanWarning[], kind: string, id: string): Raised {
  const own = warnings.filter((warning) => warning.state === "open" && warning.subject.kind === kind && warning.subject.id === id);
  const heaviest = (unit: string) => sorted(own.filter((warning) => warning.unit === unit).map((warning) => warning.level), (a, b) => severity(a) - severity(b))[0] ?? null;
  return { gap: own.some((warning) => warning.rule.startsWith("schedule")) ? heaviest("bp") : null, lag: heaviest("cdays") };
}
