/** What a trace says is words of the language; the machine's number stays beside its figure. */
import { createI18n } from "vue-i18n";
import { describe, expect, it } from "vitest";
import { refusalOf, fieldOf } from "@/format/refusal";
import { traceFact, traceValue, unitOf } from "@/format/trace";
import en from "@/i18n/en";
import zh from "@/i18n/zh";

function speechOf(lang: "zh" | "en") {
  const { t, te } = createI18n({ legacy: false, locale: lang, messages: { zh, en } }).global;
  const word = (group: string, key: string): string => (te(`${group}.${key}`) ? t(`${group}.${key}`) : key);
  return { t: (key: string, named: Record<string, unknown> = {}) => t(key, named), word, lang, pick: (text: { zh: string; en: string }) => text[lang] };
}
const inChinese = speechOf("zh");
const inEnglish = speechOf("en");

describe("a fact", () => {
  it.each([
    [{ key: "plan_bp", value: "6100" }, "", "61.0% (6100)", "61.0% (6100)"],
    [{ key: "lag_cdays", value: "740" }, "", "7.4 (740)", "7.4 (740)"],
    [{ key: "formula", value: "100 × min(1, 0.86)" }, "", "100 × min(1, 0.86)", "100 × min(1, 0.86)"],
    [{ key: "seq", value: "4711" }, "", "4711", "4711"],
    [{ key: "level", value: "blue" }, "", "蓝色", "Blue"],
    [{ key: "capped", value: "False" }, "", "否", "no"],
    [{ key: "value", value: "2600" }, "cdays", "26 天 (2600)", "26 days (2600)"],
    [{ key: "threshold", value: "1500" }, "bp", "15.0 个百分点 (1500)", "15.0 pp (1500)"],
    [{ key: "state", value: "withdrawn" }, "", "已撤销", "Withdrawn"],
    [{ key: "abstained", value: "night,fog" }, "", "夜, 雾", "night, fog"],
    [{ key: "received_at", value: "2026-10-05T02:12:06+00:00" }, "", "2026-10-05 10:12", "2026-10-05 10:12"],
    [{ key: "amount_fen", value: "120000000" }, "", "120.00 万元 (120000000)", "1.20 million yuan (120000000)"],
  ])("%j in %s is %s and %s", (fact, unit, chinese, english) => {
    expect(traceFact(fact, inChinese, unit)).toBe(chinese);
    expect(traceFact(fact, inEnglish, unit)).toBe(english);
  });

  it("has its unit beside its number, not on a line of its own", () => {
    const { unit, rest } = unitOf([{ key: "value", value: "2600" }, { key: "unit", value: "cdays" }]);
    expect([unit, rest.map((fact) => fact.key)]).toEqual(["cdays", ["value"]]);
    expect(unitOf([{ key: "unit", value: "区住建局" }]).rest).toHaveLength(1);
  });
});

it.each([
  ["6787 bp", "67.9% (6787)", "67.9% (6787)"],
  ["740 cdays", "7.4 天 (740)", "7.4 days (740)"],
  ["79.680 中", "79.680 中", "79.680 Fair"],
  ["yellow", "黄色", "Yellow"],
])("the value %s is %s and %s", (value, chinese, english) => {
  expect(traceValue(value, inChinese)).toBe(chinese);
  expect(traceValue(value, inEnglish)).toBe(english);
});

it("what a rule judges is a distance in points, and its threshold too", () => {
  expect(traceValue("2294 bp", inChinese, true)).toBe("22.9 个百分点 (2294)");
  const { unit } = unitOf([{ key: "threshold", value: "1500" }], "2294 bp");
  expect(traceFact({ key: "threshold", value: "1500" }, inEnglish, unit)).toBe("15.0 pp (1500)");
});

describe("a refusal", () => {
  const fields = { code: "refused", what: "2026-01-05", where: "body.claims.0.day", expected: "a day from 2026-01-01 to 2026-01-04", id: "x", status: 422 };
  const text = { zh: "应为: 1 至 4 日", en: "expected: a day from 1 to 4" };
  it("is told in the language of the page, with the name of its field", () => {
    expect(refusalOf({ ...fields, text }, inChinese)).toEqual({ said: "“日期”应为: 1 至 4 日", raw: "" });
    expect(refusalOf({ ...fields, text }, inEnglish).said).toBe("day: expected: a day from 1 to 4");
  });
  it("of a rule that names its field is told as it is", () => expect(refusalOf({ ...fields, code: "unknown", text }, inChinese).said).toBe(text.zh));
  it("of nobody who speaks to people keeps the machine's words beside it", () =>
    expect(refusalOf(fields, inChinese)).toEqual({ said: zh.refusal.other, raw: "2026-01-05 · body.claims.0.day · a day from 2026-01-01 to 2026-01-04" }));
  it("says that nobody answers", () => expect(refusalOf({ ...fields, status: 0 }, inChinese).said).toBe(zh.state.network));
  it.each([
    ["body.claims.0.value_bp", "value_bp"],
    ["query.items[3].name", "name"],
    ["", ""],
  ])("of %s is about %s", (where, field) => expect(fieldOf(where)).toBe(field));
});
