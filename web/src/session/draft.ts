/** What somebody types stays in this tab until it is sent or given up: an ended session or a reload loses nothing.
 * A draft is its writer's: whoever signs in next in the same tab does not see it, and signing out forgets all. */
import { reactive, watch } from "vue";
import { useSession } from "./session";

const PREFIX = "siteprogress.draft.";

function keyOf(name: string): string {
  return `${PREFIX}${useSession().me?.username ?? ""}.${name}`;
}

/** What was kept, or nothing when it is not an object of ours. */
function kept<T>(key: string): Partial<T> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof found === "object" && found !== null ? (found as Partial<T>) : {};
  } catch {
    return {};
  }
}

export function hasDraft(name: string): boolean {
  return sessionStorage.getItem(keyOf(name)) !== null;
}

/** A form's fields, as they were left. `forget` makes them what they were at first, `settle` leaves them as they stand;
 * after either nothing is kept until something is typed again. */
export function useDraft<T extends object>(name: string, blank: T): { draft: T; forget: () => void; settle: () => void } {
  const key = keyOf(name);
  let plain = JSON.stringify(blank);
  const draft = reactive({ ...blank, ...kept<T>(key) }) as T;
  watch(
    () => JSON.stringify(draft),
    (text) => (text === plain ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, text)),
    { flush: "sync" },
  );
  const forget = () => void Object.assign(draft, JSON.parse(plain) as T);
  const settle = () => {
    plain = JSON.stringify(draft);
    sessionStorage.removeItem(key);
  };
  return { draft, forget, settle };
}

export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
