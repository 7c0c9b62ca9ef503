/** The filter stands in the address, so that a link shows what I see; nothing of it is kept elsewhere. */
import { computed } from "vue";
import { useRoute, useRouter, type LocationQueryValue } from "vue-router";
import type { Days, Rows } from "@/api/insight";

export const ROW_KEYS = ["unit", "street", "kind", "sector"] as const;
export type RowKey = (typeof ROW_KEYS)[number];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Every value under a name of the address, once each. */
export function listed(value: LocationQueryValue | LocationQueryValue[] | undefined): string[] {
  const all = Array.isArray(value) ? value : [value];
  return [...new Set(all.filter((one): one is string => typeof one === "string" && one !== ""))];
}

export function useFilter() {
  const route = useRoute();
  const router = useRouter();
  const rows = computed<Rows>(() => Object.fromEntries(ROW_KEYS.map((key) => [key, listed(route.query[key])]).filter(([, names]) => names?.length)));
  const one = (key: string) => listed(route.query[key])[0] ?? "";
  const days = computed<Days>(() => Object.fromEntries((["since", "until"] as const).map((key) => [key, one(key)]).filter(([, day]) => DAY.test(day ?? ""))));

  /** A value of the address that is one of these, else the first of them. */
  function among<T extends string>(key: string, known: readonly T[]): T {
    return known.find((name) => name === one(key)) ?? (known[0] as T);
  }

  /** Values of the address that are among these, in the order of the address. */
  function some<T extends string>(key: string, known: readonly T[]): T[] {
    return listed(route.query[key]).filter((name): name is T => (known as readonly string[]).includes(name));
  }

  /** Put these into the address; empty ones go. */
  function set(patch: Record<string, string | readonly string[]>): void {
    const others = Object.entries(route.query).filter(([key]) => !(key in patch));
    const put = Object.entries(patch).filter(([, value]) => value.length > 0).map(([key, value]) => [key, typeof value === "string" ? value : [...value]]);
    const query = Object.fromEntries([...others, ...put]);
    void router.replace({ path: route.path, query });
  }

  return { rows, days, one, among, some, set };
}
