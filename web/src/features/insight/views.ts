/** The views of insight, in the order of their tabs: what there is, what stands beside what, where days go, what is worth it, on paper. */
export const VIEWS = ["board", "compare", "places", "cohorts", "causes", "stages", "correlation", "effect", "priorities", "forecasts", "returns", "use", "library", "papers"] as const;
export type View = (typeof VIEWS)[number];
