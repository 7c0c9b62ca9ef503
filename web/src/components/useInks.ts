/** The ink of each stage's glyph, by the index of its colour: the one that reads on it in the theme of now. */
import { computed } from "vue";
import { inkOn, workTypeOf } from "@/format/stages";
import { theme, token } from "@/session/theme";

export function useInks(stages: () => readonly string[]) {
  return computed(() => {
    void theme.value;
    const [dark, light, type] = [token("glyph-dark"), token("glyph-light"), workTypeOf(stages())];
    return stages().map((_, n) => inkOn(token(`st-${type}-${n}`), dark, light));
  });
}
