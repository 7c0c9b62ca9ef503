/** What the centre refused about one field, in words that stand beneath it; "" when it is about something else. */
import { ApiFault } from "@/api/fault";
import { fieldOf, refusalOf } from "@/format/refusal";
import { useWords } from "@/i18n/words";

export function useRefusedAt(error: () => Error | null): (...names: string[]) => string {
  const { t, pick, word } = useWords();
  return (...names) => {
    const found = error();
    if (!(found instanceof ApiFault) || !names.includes(fieldOf(found.fields.where))) return "";
    const { text } = found.fields;
    return text ? pick(text) : refusalOf(found.fields, { t, pick, word }).said;
  };
}
