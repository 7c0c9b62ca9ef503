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
const WIDE_EVERY_MS = 10_000;
const WIDE_JITTER_MS = 4_000;
/** Keys whose second part is a project: no change of another project is theirs. */
const OF_A_PROJECT: ReadonlySet<unknown> = new Set(["project", "curve", "score"]);
const changed = new Set<string>();
let gathering: ReturnType<typeof setTimeout> | null = null;
let widening: ReturnType<typeof setTimeout> | null = null;
let widened_ms = -Infinity;

/**
 * What is shown of a changed project is asked for again at once (changes of one second together). What shows many, a
 * list or the wall, is too when it was quiet before, and then every ten seconds or so, each page at its own moment:
 * where something is judged all the time, hundreds of open pages must not ask for everything at every reading.
 */
function refresh(queries: QueryClient, event: ServerEvent): void {
  if (event.event !== "changed") return;
  lastHeard.value = new Date().toISOString();
  projectsOf(event).forEach((project) => changed.add(project));
  gathering ??= setTimeout(() => {
    gathering = null;
    const now = new Set<unknown>(changed);
    changed.clear();
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey.some((part) => now.has(part)) });
  }, GATHER_MS);
  widening ??= setTimeout(() => {
    widening = null;
    widened_ms = Date.now();
    void queries.invalidateQueries({ predicate: ({ queryKey }) => !OF_A_PROJECT.has(queryKey[0]) });
  }, Math.max(GATHER_MS, widened_ms + WIDE_EVERY_MS + Math.random() * WIDE_JITTER_MS - Date.now()));
}

function projectsOf(event: ServerEvent): string[] {
  try {
    const said = JSON.parse(event.data) as { projects?: unknown };
    return Array.isArray(said.projects) ? said.projects.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // a broken line tells of no project: the wide refresh comes all the same
  }
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
  for (const timer of [gathering, widening]) if (timer) clearTimeout(timer);
  gathering = widening = null;
  widened_ms = -Infinity;
  changed.clear();
  line.value = "waiting";
}
