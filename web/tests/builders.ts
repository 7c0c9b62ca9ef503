/** Plain functions with defaults that make the shapes of the schema. */
import type { CurvePoint, FaceState, GatewayState, PlanWarning, ProjectSummary } from "@/api/types";

export function aPoint(over: Partial<CurvePoint> = {}): CurvePoint {
  return { day: "2026-11-20", plan_bp: 5000, actual_bp: 4800, sigma_bp: 200, coverage_bp: 9000, ...over };
}

export function aFace(over: Partial<FaceState> = {}): FaceState {
  const grid = <T>(value: T) => [[value, value], [value, value], [value, value]];
  return {
    face: "south", camera: "C1", gateway: "gw-1", rows: 3, cols: 2, observed_at: "2026-11-20T06:00:00Z",
    stages: ["void", "formwork", "structure", "infill", "base", "finished"],
    stage: grid(2), stage_bp: grid(9000), occluded: grid(0), cover: grid(""), top_storey: 2, planned_top_row: 3, completion_bp: 4000, sigma_bp: 200,
    coverage_bp: 9000, registration: "VERIFIED", quality: [], abstained: null, ref: "gw-1/e1/7", evidence: null, previous_evidence: null, ...over,
  };
}

export function aProject(over: Partial<ProjectSummary> = {}): ProjectSummary {
  const name = { zh: "青坪保障房", en: "Qingping housing" };
  return {
    id: "p1", code: "2604-990107", name, street: { zh: "青坪街道", en: "Qingping" }, unit: { zh: "区住建局", en: "Housing bureau" }, work_type: "new_build", sign: "normal",
    plan_bp: 5000, actual_bp: 4900, sigma_bp: 150, coverage_bp: 9000, gap_bp: 100, lag_cdays: 120, worst_building: null, open_warnings: 0, score: { total: 90.1, grade: "优" },
    headline: name, contract_fen: 100, start: "2026-04-01", finish: "2027-06-30", as_of: "2026-11-20T06:00:00Z", ...over,
  };
}

export function aWarning(over: Partial<PlanWarning> = {}): PlanWarning {
  const name = { zh: "3号楼", en: "Building 3" };
  return {
    id: "1", rule: "schedule_gap", rule_name: name, rule_version: "1", subject: { kind: "building", id: "B3", name }, project: { id: "p1", name }, level: "yellow", state: "open",
    raised_at: "2026-11-20T01:12:00Z", changed_at: "2026-11-20T01:12:00Z", closed_at: null, value: 1580, threshold: 1500, unit: "bp", basis: "points", case: null, capped: false, historical: false, text: name, refs: [], history: [], ...over,
  };
}

export function aGateway(over: Partial<GatewayState> = {}): GatewayState {
  return {
    id: "gw-1", epoch: "e1", online: true, watermark: 100, received: 100, duplicates: 0, tombstones: 0, dead_letters: 0, conflicts: 0, last_seen: null,
    produced: 104, acked: 100, in_flight: 4, sent: 0, oldest_age_ms: 1000, tombstoned: 0, clock_offset_ms: 0, degraded: null, degraded_said: null, security_refusals: 0, security_events: 0, known_losses: 0, enrolled: true, revoked: false, clock: "synced", software: "0.1.0", models: [], behind: null, disk_free_bytes: null, certificate_until: null, config: null, troubles: [], ...over,
  };
}
