/** Machine values of a trace as a person reads them, the machine's own number beside them so that they can be compared. */
import { days, money, percent, ruleValue } from "./figures";
import { dateTime } from "./moments";

export interface Fact {
  key: string;
  value: string;
  text?: { zh: string; en: string } | null;
}

interface Speech {
  t: (key: string, named?: Record<string, unknown>) => string;
  word: (group: string, key: string) => string;
  lang: "zh" | "en";
}

/** Units of rules (`central.rules`): a number of one of these is written as its rule writes it. */
const RULE_UNITS: readonly string[] = ["bp", "ratio_bp", "centi_z", "cdays", "hours", "days", "count"];
/** Dictionaries in which the value of a fact is looked up, the first that knows it. */
const GROUPS: Record<string, readonly string[]> = {
  level: ["signShort"],
  state: ["desk.state", "warning", "value"],
  registration: ["value"],
  clock: ["fleet.clocks"],
  work_type: ["project.type"],
  abstained: ["quality"],
  code: ["fleet.condition"],
  kind: ["fusion.kind", "node", "value"],
  source: ["fusion.kind", "value"],
  stage: ["stage.new_build", "stage.renovation", "stage.road"],
  method: ["value"],
  grade: ["score.grades"],
  severity: ["value"],
};
const BOOLEANS = new Set(["True", "False"]);

function measured(value: number, unit: string, { word }: Speech): string {
  const said = ruleValue(value, unit);
  return `${said.text}${said.unit ? ` ${word("unit", said.unit)}` : ""}`;
}

/** "6787 bp" → "67.9% (6787)", "2600 cdays" → "26 days (2600)", a level or a state by its word; anything else stays.
 * `judged`: the value of a rule, whose basis points are a distance in points and no share. */
export function traceValue(value: string, speech: Speech, judged = false): string {
  const graded = /^([\d.]+) ([优良中差])$/.exec(value);
  if (graded) return `${graded[1]} ${speech.word("score.grades", graded[2] ?? "")}`;
  const found = /^(-?\d+) (\w+)$/.exec(value);
  const [, number = "", unit = ""] = found ?? [];
  if (unit === "bp" && !judged) return `${percent(Number(number))} (${number})`;
  if (RULE_UNITS.includes(unit)) return `${measured(Number(number), unit, speech)} (${number})`;
  return named("level", value, speech) ?? named("state", value, speech) ?? value;
}

function named(key: string, value: string, { word }: Speech): string | null {
  for (const group of GROUPS[key] ?? []) {
    const said = word(group, value);
    if (said !== value) return said;
  }
  return null;
}

/** What a fact says. `unit` is the unit of the facts beside it, where the centre names one. */
export function traceFact(fact: Fact, speech: Speech, unit = ""): string {
  const { key, value } = fact;
  if (BOOLEANS.has(value)) return speech.t(`value.${value}`);
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return dateTime(value);
  if (/^-?\d+ \w+$/.test(value)) return traceValue(value, speech);
  if (/^-?\d+$/.test(value)) return wholeNumber(key, Number(value), { speech, unit });
  if (!(key in GROUPS)) return value;
  const parts = value.split(",").map((part) => part.trim());
  return named(key, value, speech) ?? parts.map((part) => named(key, part, speech) ?? part).join(", ");
}

function wholeNumber(key: string, value: number, { speech, unit }: { speech: Speech; unit: string }): string {
  if (key.endsWith("_bp")) return `${percent(value)} (${value})`;
  if (key.endsWith("_cdays")) return `${days(value)} (${value})`;
  if (key.endsWith("_fen")) {
    const said = money(value, speech.lang);
    return `${said.value} ${speech.word("unit", said.unit)} (${value})`;
  }
  if ((key === "value" || key === "threshold") && RULE_UNITS.includes(unit)) return `${measured(value, unit, speech)} (${value})`;
  return String(value);
}

/** The unit that the values of a node are in ("" = none), and the facts without it: it stands beside its numbers.
 * Where the facts name none, a value of the node itself such as "2294 bp" does. */
export function unitOf(facts: readonly Fact[], value: string | null = null): { unit: string; rest: readonly Fact[] } {
  const said = facts.find((fact) => fact.key === "unit" && RULE_UNITS.includes(fact.value))?.value;
  const own = /^-?\d+ (\w+)$/.exec(value ?? "")?.[1] ?? "";
  return { unit: said ?? (RULE_UNITS.includes(own) ? own : ""), rest: said ? facts.filter((fact) => fact.key !== "unit") : facts };
}
