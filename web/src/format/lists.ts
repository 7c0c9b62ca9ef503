/** What arrays of a browser of 2022 cannot do yet (toSorted, toReversed, findLast came later); the compiler's `lib` forbids those. */

/** A copy in order; the list that is given stays as it is. */
export function sorted<T>(list: readonly T[], by?: (a: T, b: T) => number): T[] {
  return [...list].sort(by);
}

/** A copy the other way round. */
export function reversed<T>(list: readonly T[]): T[] {
  return [...list].reverse();
}

/** The last that fits. */
export function lastOf<T>(list: readonly T[], fits: (one: T) => boolean): T | undefined {
  for (let n = list.length - 1; n >= 0; n--) {
    const one = list[n] as T;
    if (fits(one)) return one;
  }
  return undefined;
}
