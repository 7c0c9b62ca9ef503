/** What a component needs to speak: `t`, the language, and the choice between the two texts the centre sends. */
import { computed } from "vue";
import { useI18n } from "vue-i18n";
import type { Bilingual, Lang } from "./index";

type Named = Record<string, unknown>;

const MANY = 2;

/** `n` says how many, as a number or as it is written ("1,000"): English tells "one | many" apart. */
export function counting(say: (key: string, named: Named, many: number) => string) {
  return (key: string, named: Named = {}): string => {
    const n = Number(named["n"] ?? MANY);
    return say(key, named, Number.isNaN(n) ? MANY : n); // the library would write its own number over a 0
  };
}

export function useWords() {
  const { t: say, te, locale } = useI18n();
  const t = counting(say);
  const lang = computed<Lang>(() => (locale.value === "en" ? "en" : "zh"));
  const pick = (text: Bilingual | null | undefined): string => (text ? text[lang.value] || text.zh : "");
  /** A word of a dictionary, or the key itself when the centre knows a newer one than this page. */
  const word = (group: string, key: string): string => (te(`${group}.${key}`) ? t(`${group}.${key}`) : key);
  return { t, lang, pick, word };
}
