/** From what an inspector sees to basis points, by the plan's own rules of credit. Pure; everything in 1/10000. */

export interface Credit {
  stage: string;
  credit_bp: number;
}

export interface Step {
  name: string;
  credit_bp: number;
}

/** How many storeys have come at least as far as each stage: `reached[i]` of stage i, never more than of stage i−1. */
export type Reached = readonly number[];

export function emptyReached(credits: readonly Credit[]): number[] {
  return credits.map(() => 0);
}

/** Sets one stage and keeps the order: a storey that is finished was built before, one not built is not finished. */
export function withReached(reached: Reached, at: number, storeys: number, most: number): number[] {
  const wanted = Math.max(0, Math.min(most, storeys));
  return reached.map((n, i) => (i < at ? Math.max(n, wanted) : i > at ? Math.min(n, wanted) : wanted));
}

/** Mean credit of the storeys; half up. Without storeys the one row is the whole. */
export function storeysValue(credits: readonly Credit[], reached: Reached, storeys: number): number {
  const most = Math.max(1, storeys);
  let sum = 0;
  credits.forEach((credit, i) => {
    const further = reached[i + 1] ?? 0;
    sum += credit.credit_bp * Math.max(0, (reached[i] ?? 0) - further);
  });
  return Math.floor(sum / most + 0.5);
}

/** Sum of the credits of the steps that are done. */
export function stepsValue(steps: readonly Step[], done: ReadonlySet<string>): number {
  return Math.min(10_000, steps.filter((step) => done.has(step.name)).reduce((sum, step) => sum + step.credit_bp, 0));
}

export type Agreement = "agrees" | "differs" | "unknown";

/** Whether a claim lies within twice the platform's own uncertainty, at least two points, of its present value. */
export function agreement(claim_bp: number, actual_bp: number | null, sigma_bp: number | null): Agreement {
  if (actual_bp === null || sigma_bp === null) return "unknown";
  return Math.abs(claim_bp - actual_bp) <= Math.max(200, 2 * sigma_bp) ? "agrees" : "differs";
}
