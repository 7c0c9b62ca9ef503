/** Two languages; the address decides (`?lang=en`), Chinese is the default. What is loaded is the language that is read,
 * and of the words of a part (`Part`) only with a page that needs them. */
import { createI18n } from "vue-i18n";

export type Lang = "zh" | "en";
export type Part = "insight" | "commissioning" | "office";

export interface Bilingual {
  zh: string;
  en: string;
}

type Words = Record<string, unknown>;
type Fetch = () => Promise<{ default: Words }>;

const WORDS: Record<Lang, Record<"every" | Part, Fetch>> = {
  zh: { every: () => import("./zh"), insight: () => import("./zh.insight"), commissioning: () => import("./zh.commissioning"), office: () => import("./zh.office") },
  en: { every: () => import("./en"), insight: () => import("./en.insight"), commissioning: () => import("./en.commissioning"), office: () => import("./en.office") },
};

export const i18n = createI18n({ legacy: false, locale: "zh", fallbackLocale: false, messages: { zh: {}, en: {} } });
const there = new Set<string>();

export function langInAddress(value: unknown): Lang {
  return value === "en" ? "en" : "zh";
}

async function fetchWords(lang: Lang, part: "every" | Part): Promise<void> {
  const key = `${lang}.${part}`;
  if (there.has(key)) return;
  const found = await WORDS[lang][part]();
  i18n.global.mergeLocaleMessage(lang, found.default);
  there.add(key);
}

/** Speak a language, with the words of these parts; rejects when they could not be fetched, and then says what it said. */
export async function speak(lang: Lang, parts: readonly Part[]): Promise<void> {
  await Promise.all((["every", ...parts] as const).map((part) => fetchWords(lang, part)));
  i18n.global.locale.value = lang;
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
}
