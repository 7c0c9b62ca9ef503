/** Truth tables of how numbers are written. */
import { describe, expect, it } from "vitest";
import { count, days, deviationRate, halfInterval, intervalBounds, isThin, MINUS, money, percent, percentWhole, ruleValue, score, shortDigest, signedPoints, weight, yuan } from "@/format/figures";

describe("percent", () => {
  it.each([
    [0, "0.0%"],
    [5523, "55.2%"],
    [5525, "55.3%"],
    [5524, "55.2%"],
    [9999, "100.0%"],
    [10_000, "100.0%"],
    [4, "0.0%"],
    [5, "0.1%"],
    [-4, "0.0%"],
    [-5, `${MINUS}0.1%`],
  ])("%i bp is %s", (bp, text) => expect(percent(bp)).toBe(text));

  it.each([
    [5190, "52%"],
    [5150, "52%"],
    [5149, "51%"],
  ])("%i bp in whole percent is %s", (bp, text) => expect(percentWhole(bp)).toBe(text));
});

describe("gap in points", () => {
  it.each([
    [-320, `${MINUS}3.2`],
    [40, "+0.4"],
    [0, "0.0"],
    [-4, "0.0"],
    [4, "0.0"],
    [-1580, `${MINUS}15.8`],
    [-1499, `${MINUS}14.9`],
    [9, "0.0"],
  ])("%i bp is %s", (bp, text) => expect(signedPoints(bp)).toBe(text));

  it.each([
    [5840, 5520, `${MINUS}5.5%`],
    [5000, 5500, "+10.0%"],
    [0, 100, null],
  ])("rate of plan %i, measured %i is %s", (plan, actual, text) => expect(deviationRate(plan, actual)).toBe(text));
});

describe("interval", () => {
  it("is 1.645 sigma", () => {
    expect(halfInterval(128)).toBe("2.1");
    expect(halfInterval(560, true)).toBe("9");
    expect(halfInterval(10, true)).toBe("1");
  });
  it("stays inside 0 and 100 %", () => {
    expect(intervalBounds(100, 300)).toEqual({ low_bp: 0, high_bp: 594 });
    expect(intervalBounds(9900, 300)).toEqual({ low_bp: 9407, high_bp: 10_000 });
  });
  it.each([
    [6000, 500, false],
    [5999, 500, true],
    [6000, 501, true],
    [null, null, false],
  ])("coverage %s, sigma %s is thin: %s", (coverage, sigma, thin) => expect(isThin(coverage, sigma)).toBe(thin));
});

describe("days", () => {
  it.each([
    [2600, "26"],
    [740, "7.4"],
    [699, "6.9"],
    [700, "7"],
    [0, "0"],
    [-120, `${MINUS}1.2`],
  ])("%i cdays is %s", (cdays, text) => expect(days(cdays)).toBe(text));
});

describe("money", () => {
  it.each([
    [3_612_000_000, "zh", "3,612.00", "wan"],
    [832_050, "zh", "8,320.50", "yuan"],
    [1_000_000, "zh", "1.00", "wan"],
    [999_999, "zh", "9,999.99", "yuan"],
    [8_600_000_000, "zh", "8,600.00", "wan"],
    [8_600_000_000, "en", "86.00", "million"],
    [-68_900_000, "zh", `${MINUS}68.90`, "wan"],
  ] as const)("%i fen in %s", (fen, lang, value, unit) => expect(money(fen, lang)).toEqual({ value, unit }));
  it.each([
    [0, "0.00"],
    [5, "0.05"],
    [339_500_000_00, "339,500,000.00"],
    [-200_000_50, "−200,000.50"],
  ])("%i fen to the fen", (fen, text) => expect(yuan(fen)).toBe(text));
});

describe("score", () => {
  it.each([
    [82.59, "82.6"],
    [90, "90.0"],
    [89.995, "89.995"],
    [79.96, "79.96"],
    [59.94, "59.9"],
    [100, "100.0"],
  ])("%d is written %s", (total, text) => expect(score(total)).toBe(text));
  it("weights have four decimals", () => expect(weight(0.5396)).toBe("0.5396"));
});

describe("rule values", () => {
  it.each([
    [1580, "bp", { text: "15.8", unit: "pp" }],
    [1000, "cdays", { text: "10", unit: "days" }],
    [71, "hours", { text: "71", unit: "hours" }],
    [73, "hours", { text: "3", unit: "days" }],
    [1499, "bp", { text: "14.9", unit: "pp" }],
    [1000, "ratio_bp", { text: "10.0%", unit: "" }],
    [352, "centi_z", { text: "3.52", unit: "z" }],
    [-30, "days", { text: "−30", unit: "days" }],
  ])("%i %s", (value, unit, expected) => expect(ruleValue(value, unit)).toEqual(expected));
});

it("groups thousands and shortens digests", () => {
  expect(count(12_408_233)).toBe("12,408,233");
  expect(shortDigest("66c7000000000000a8e0")).toBe("66c7…a8e0");
});
