/** A warning's value in words: how far behind, how late, how long. */
import type { PlanWarning } from "@/api/types";
import { ruleValue } from "@/format/figures";
import { useWords } from "@/i18n/words";

export function useWarningWords() {
  const { t, word } = useWords();

  function value(warning: Pick<PlanWarning, "rule" | "value" | "unit">): string {
    const { text, unit } = ruleValue(warning.value, warning.unit);
    if (warning.rule.startsWith("schedule")) return t("figure.behind", { value: text });
    if (warning.unit === "cdays") return t("figure.lagDays", { value: text });
    if (unit === "hours") return t("warning.hours", { value: text });
    if (warning.unit === "hours") return t("warning.days", { value: text });
    return withUnit(text, unit);
  }

  function withUnit(text: string, unit: string): string {
    return unit === "" ? text : `${text} ${word("unit", unit)}`;
  }

  function threshold(warning: Pick<PlanWarning, "threshold" | "unit">): string | null {
    if (warning.threshold === null) return null;
    const { text, unit } = ruleValue(warning.threshold, warning.unit);
    return withUnit(text, unit);
  }

  return { value, threshold };
}
