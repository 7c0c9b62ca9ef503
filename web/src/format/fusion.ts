/** The fusion table as a person reads it: for each work item what each source says now. */
import type { FusionRow } from "@/api/types";
import { sorted } from "@/format/lists";

/** Newest row of each (item, kind, source), items in the order of their first appearance by id; rows come newest first. */
export function newestPerSource(rows: readonly FusionRow[]): FusionRow[] {
  const newest = new Map<string, FusionRow>();
  for (const row of rows) {
    const key = [row.item.id, row.kind, row.source].join("\n");
    if (!newest.has(key)) newest.set(key, row);
  }
  return sorted([...newest.values()], (a, b) => (a.item.id === b.item.id ? 0 : a.item.id < b.item.id ? -1 : 1));
}
