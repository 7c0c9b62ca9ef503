"""The tables, one schema for SQLite and PostgreSQL.

Every `_at` column is milliseconds UTC (BIGINT, compares the same on both databases); `day`, `start`, `finish` are
calendar days of the district; `_bp` basis points, `_cdays` hundredths of a day, `_fen` money. Columns named `refs`,
`body`, `document`, `shares`, `credits`, `detail_json` hold canonical JSON text. Facts (record, face_reading,
camera_event, plan, audit_entry) are only added to; observation, camera_condition, progress_state, deviation and
rule_state are functions of the facts and may be rewritten.
"""

from central.store.tables.certified import Certificate
from central.store.tables.configured import ConfigPart, DesiredConfig
from central.store.tables.delivered import (
    Camera,
    DeadLetter,
    Gateway,
    GatewayStatus,
    IdentityConflict,
    ReceivedRange,
    Record,
    Stream,
)
from central.store.tables.guarded import ClockMap, FrameProof, KnownLoss, SecurityEvent
from central.store.tables.judged import (
    AssessmentState,
    DeviationRow,
    PlanWarning,
    ProgressState,
    RuleState,
    Score,
    ScoreContribution,
    WarningEvent,
)
from central.store.tables.judging import Checkpoint, JudgedPlan
from central.store.tables.ladders import LadderProfile, LadderSwitch
from central.store.tables.ledger import (
    FundAccount,
    FundConflict,
    FundEntry,
    FundImport,
    FundLock,
    FundMonth,
    FundRefused,
    PaymentTerms,
)
from central.store.tables.mended import (
    CaseEvent,
    CaseTold,
    CaseWarning,
    MendingCase,
    Rectification,
    RectificationEvent,
)
from central.store.tables.notified import Notification
from central.store.tables.organised import (
    LifecycleTemplate,
    LifeEventRow,
    Organisation,
    OrgUnit,
    PauseRequest,
    PermitEvent,
    PlanDecision,
    PlanProposal,
    Programme,
    StageAct,
    StagePlan,
    StepRecord,
    TaxYear,
)
from central.store.tables.people import AuditEntry, Grant, JobRun, Lease, User
from central.store.tables.planned import Building, FaceAssignment, Pause, Plan, PlanPoint, Project, WorkItem
from central.store.tables.seen import CameraCondition, CameraEvent, Evidence, FaceReading, Observation
from central.store.tables.uploaded import Photo, PhotoClaim, SitePlace, Upload

__all__ = [
    "AssessmentState",
    "AuditEntry",
    "Building",
    "Camera",
    "CameraCondition",
    "CameraEvent",
    "CaseEvent",
    "CaseTold",
    "CaseWarning",
    "Certificate",
    "Checkpoint",
    "ClockMap",
    "ConfigPart",
    "DeadLetter",
    "DesiredConfig",
    "DeviationRow",
    "Evidence",
    "FaceAssignment",
    "FaceReading",
    "FrameProof",
    "FundAccount",
    "FundConflict",
    "FundEntry",
    "FundImport",
    "FundLock",
    "FundMonth",
    "FundRefused",
    "Gateway",
    "GatewayStatus",
    "Grant",
    "IdentityConflict",
    "JobRun",
    "JudgedPlan",
    "KnownLoss",
    "LadderProfile",
    "LadderSwitch",
    "Lease",
    "LifeEventRow",
    "LifecycleTemplate",
    "MendingCase",
    "Notification",
    "Observation",
    "OrgUnit",
    "Organisation",
    "Pause",
    "PauseRequest",
    "PaymentTerms",
    "PermitEvent",
    "Photo",
    "PhotoClaim",
    "Plan",
    "PlanDecision",
    "PlanPoint",
    "PlanProposal",
    "PlanWarning",
    "Programme",
    "ProgressState",
    "Project",
    "ReceivedRange",
    "Record",
    "Rectification",
    "RectificationEvent",
    "RuleState",
    "Score",
    "ScoreContribution",
    "SecurityEvent",
    "SitePlace",
    "StageAct",
    "StagePlan",
    "StepRecord",
    "Stream",
    "TaxYear",
    "Upload",
    "User",
    "WarningEvent",
    "WorkItem",
]
