/** Light or dark: the reader's choice, else the system's. Charts read the tokens again when it turns. */
import { computed, ref, watchEffect } from "vue";

export type Theme = "light" | "dark";
const KEY = "siteprogress.theme";

function initial(): Theme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export const theme = ref<Theme>(initial());
/** Paper is white whatever the reader chose; charts are painted anew for it. */
export const printing = ref(false);
export const printedAt = ref("");
const paper = matchMedia("print");

function onPaper(): void {
  printing.value = paper.matches;
  if (paper.matches) printedAt.value = new Date().toISOString();
}
paper.addEventListener("change", onPaper);
onPaper();

/** What is on screen or paper now. */
export const shown = computed<Theme>(() => (printing.value ? "light" : theme.value));

watchEffect(
  () => {
    document.documentElement.dataset["theme"] = shown.value;
  },
  { flush: "sync" },
);

export function turnTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, theme.value);
}

/** Value of a colour token under the present theme. Read `shown.value` in the caller's computed to follow a turn. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
