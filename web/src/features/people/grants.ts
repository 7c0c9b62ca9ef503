/** A grant as it is typed, and what it lacks before it is sent. */
import type { GrantGiven } from "@/api/people";
import type { GrantDraft } from "./GrantFields.vue";

export const blankGrant = (): GrantDraft => ({ role: "clerk", kind: "unit", scope: "", until: "", basis: "" });

/** The fields that are still empty; a scope is none of the district's. */
export function lacking(draft: GrantDraft): (keyof GrantDraft)[] {
  const asked: (keyof GrantDraft)[] = draft.kind === "district" ? ["basis"] : ["scope", "basis"];
  return asked.filter((field) => !draft[field].trim());
}

export function asGiven({ role, kind, scope, until, basis }: GrantDraft): GrantGiven {
  return { role, kind, scope: kind === "district" ? "" : scope.trim(), until: until || null, basis: basis.trim() };
}
