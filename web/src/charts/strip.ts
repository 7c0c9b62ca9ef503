/** Places on a strip for one project among like ones: quartile box, whiskers, median and its own mark. Pure, in percent of the width. */

export interface Quartiles {
  least: number;
  q1: number;
  median: number;
  q3: number;
  most: number;
}

export interface Strip {
  least: number;
  q1: number;
  median: number;
  q3: number;
  most: number;
  own: number | null;
}

const MARGIN = 4;

/** All on one scale that holds the own value too; of equal values all stand in the middle. */
export function stripOf(spread: Quartiles, own: number | null): Strip {
  const all = [spread.least, spread.most, ...(own === null ? [] : [own])];
  const low = Math.min(...all);
  const width = Math.max(...all) - low;
  const at = (value: number) => (width === 0 ? 50 : MARGIN + ((100 - 2 * MARGIN) * (value - low)) / width);
  return { least: at(spread.least), q1: at(spread.q1), median: at(spread.median), q3: at(spread.q3), most: at(spread.most), own: own === null ? null : at(own) };
}
