/** What the centre refused, as a sentence for people: its own words with the name of the field, else that somebody else
 * (a proxy) answered. What a machine said (English, exact) stays beside it in `raw`, for whoever is asked to help. */
import type { FaultFields } from "@/api/fault";

interface Speech {
  t: (key: string, named?: Record<string, unknown>) => string;
  word: (group: string, key: string) => string;
  pick: (text: { zh: string; en: string }) => string;
}

export interface Refusal {
  said: string;
  raw: string;
}

/** "body.claims.0.value_bp" → "value_bp": the last part that is a name. */
export function fieldOf(where: string): string {
  const parts = where.replace(/\[\d+\]/g, "").split(".").filter((part) => part !== "" && !/^\d+$/.test(part));
  return parts.at(-1) ?? "";
}

export function refusalOf(fields: FaultFields, { t, word, pick }: Speech): Refusal {
  const { text, status, code, what, where, expected } = fields;
  if (status === 0) return { said: t("state.network"), raw: "" };
  if (!text) return { said: t("refusal.other"), raw: [what, where, expected].filter(Boolean).join(" · ") };
  const name = fieldOf(where);
  const bare = (code === "invalid" || code === "refused") && name !== ""; // other codes have sentences that name it
  return { said: bare ? t("refusal.at", { field: word("refusal.field", name), said: pick(text) }) : pick(text), raw: "" };
}
