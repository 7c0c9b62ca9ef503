/** What the centre refused, as a sentence for people: its own words where it has them, else those of its code and field.
 * The machine's words (English, exact) stay beside it in `raw`, for whoever is asked to help. */
import type { FaultFields } from "@/api/fault";

interface Speech {
  t: (key: string, named?: Record<string, unknown>) => string;
  word: (group: string, key: string) => string;
  pick: (text: { zh: string; en: string }) => string;
  lang: "zh" | "en";
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

export function refusalOf(fields: FaultFields, { t, word, pick, lang }: Speech): Refusal {
  const { text, status, code, what, where, expected } = fields;
  const raw = [what, where, expected].filter(Boolean).join(" · ");
  if (text) return { said: pick(text), raw: "" };
  if (status === 0) return { said: t("state.network"), raw: "" };
  if (lang === "en") return { said: t("state.refused", { what, where, expected: expected || "—" }), raw: "" };
  const known = word("refusal.code", code);
  const why = known === code ? t("refusal.other") : known;
  const name = fieldOf(where);
  const field = word("refusal.field", name);
  return { said: field === name ? t("refusal.plain", { why }) : t("refusal.at", { why, field }), raw };
}
