/** Chart colours out of the tokens, again whenever the theme turns. */
import { computed } from "vue";
import { shown, token } from "@/session/theme";
import type { CurveColours } from "./planCurve";

export function useCurveColours() {
  return computed<CurveColours>(() => {
    void shown.value;
    return {
      ink: token("i1"),
      plan: token("i2"),
      measured: token("p"),
      caption: token("i3"),
      grid: token("bd"),
      band: Number(token("band")),
    };
  });
}
