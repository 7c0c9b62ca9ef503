/** The line to the centre: "changed" makes the pages ask again; a lost line is shown, not hidden. */
import type { QueryClient } from "@tanstack/vue-query";
import { readonly, ref } from "vue";
import { listen, type ServerEvent } from "@/api/events";

export type Line = "waiting" | "live" | "lost";

const line = ref<Line>("waiting");
const lastHeard = ref<string | null>(null);
let stop: (() => void) | null = null;

export const live = { line: readonly(line), lastHeard: readonly(lastHeard) };

const GATHER_MS = 1_000;
let gathering: ReturnType<typeof setTimeout> | null = null;

/** Changes of one second are one refresh, so that a replay does not make every page ask all the time. */
function refresh(queries: QueryClient, event: ServerEvent): void {
  if (event.event !== "changed") return;
  lastHeard.value = new Date().toISOString();
  gathering ??= setTimeout(() => {
    gathering = null;
    void queries.invalidateQueries();
  }, GATHER_MS);
}

export function openLine(queries: QueryClient): void {
  closeLine();
  stop = listen("/api/v1/events", {
    onEvent: (event) => refresh(queries, event),
    onState: (isLive) => {
      const returned = isLive && line.value === "lost";
      line.value = isLive ? "live" : "lost";
      if (isLive) lastHeard.value = new Date().toISOString();
      if (returned) void queries.invalidateQueries();
    },
  });
}

export function closeLine(): void {
  stop?.();
  stop = null;
  if (gathering) clearTimeout(gathering);
  gathering = null;
  line.value = "waiting";
}
