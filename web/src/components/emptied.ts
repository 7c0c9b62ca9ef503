/** Empties the fields that still say what was sent: what was typed while it was on its way stays. */
export function emptied<Key extends string>(form: Record<Key, string>, sent: Record<Key, string>): void {
  for (const key in sent) if (form[key] === sent[key]) form[key] = "";
}
