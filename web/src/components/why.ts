/** Which question the drawer answers now. A page asks; one drawer in the frame answers. */
import { ref } from "vue";
import type { TraceKind } from "@/api/queries";

export interface WhyLine {
  label: string;
  text: string;
}

export interface WhyQuestion {
  title: string;
  /** The formula with its own numbers, then bounds, coverage, rule: what is known without asking the centre. */
  lines: readonly WhyLine[];
  /** What to ask the centre for, if it can say more; `only` keeps the branches of one kind (a score's tree also holds its buildings). */
  trace: { kind: TraceKind; id: string; only?: string } | null;
  /** A building whose fusion table belongs to the answer. */
  building: string | null;
}

export const question = ref<WhyQuestion | null>(null);

export function ask(next: WhyQuestion): void {
  question.value = next;
}

export function closeWhy(): void {
  question.value = null;
}
