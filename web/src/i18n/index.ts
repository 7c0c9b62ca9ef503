/** Two languages; the address decides (`?lang=en`), Chinese is the default. */
import { createI18n } from "vue-i18n";
import en from "./en";
import zh from "./zh";

export type Lang = "zh" | "en";

export interface Bilingual {
  zh: string;
  en: string;
}

export const i18n = createI18n({
  legacy: false,
  locale: "zh",
  fallbackLocale: false,
  messages: { zh, en },
});

export function langInAddress(value: unknown): Lang {
  return value === "en" ? "en" : "zh";
}

export function setLang(lang: Lang): void {
  i18n.global.locale.value = lang;
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
}
