/** Light or dark: the reader's choice, else the system's. Charts read the tokens again when it turns. */
import { ref, watchEffect } from "vue";

export type Theme = "light" | "dark";
const KEY = "siteprogress.theme";

function initial(): Theme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export const theme = ref<Theme>(initial());

watchEffect(
  () => {
    document.documentElement.dataset["theme"] = theme.value;
  },
  { flush: "sync" },
);

export function turnTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, theme.value);
}

/** Value of a colour token under the present theme. Read `theme.value` in the caller's computed to follow a turn. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
