/** What a component needs to speak: `t`, the language, and the choice between the two texts the centre sends. */
import { computed } from "vue";
import { useI18n } from "vue-i18n";
import type { Bilingual, Lang } from "./index";

export function useWords() {
  const { t, te, locale } = useI18n();
  const lang = computed<Lang>(() => (locale.value === "en" ? "en" : "zh"));
  const pick = (text: Bilingual | null | undefined): string => (text ? text[lang.value] || text.zh : "");
  /** A word of a dictionary, or the key itself when the centre knows a newer one than this page. */
  const word = (group: string, key: string): string => (te(`${group}.${key}`) ? t(`${group}.${key}`) : key);
  return { t, lang, pick, word };
}
