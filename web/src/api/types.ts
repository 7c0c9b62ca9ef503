/** Short names for the shapes of the generated schema; nothing is declared here that the centre does not declare. */
import type { components } from "./schema.gen";

type S = components["schemas"];

export type District = S["District"];
export type ProjectSummary = S["ProjectSummary"];
export type ProjectDetail = S["ProjectDetail"];
export type BuildingState = S["BuildingState"];
export type Curve = S["Curve"];
export type CurvePoint = S["CurvePoint"];
export type Faces = S["Faces"];
export type FaceState = S["FaceState"];
export type Still = S["Still"];
export type Fusion = S["Fusion"];
export type FusionRow = S["FusionRow"];
export type PlanWarning = S["PlanWarning"];
export type WarningList = S["WarningList"];
export type ScoreDetail = S["ScoreDetail"];
export type TraceNode = S["TraceNode"];
export type Fleet = S["Fleet"];
export type GatewayState = S["GatewayState"];
export type CameraState = S["CameraState"];
export type SecurityEventList = S["SecurityEventList"];
export type DeadLetterList = S["DeadLetterList"];
export type Me = S["Me"];
export type Action = Me["may"][number];
