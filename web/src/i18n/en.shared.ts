/** Words that the desk and the inspector's phone share, in English. */
import type zh from "./zh.shared";

const en: typeof zh = {
  top: {
    asOf: "As of", live: "live", waiting: "connecting", lost: "line lost", noData: "no data yet",
    switchLang: "切换到中文", dark: "Dark", light: "Light", signOut: "Sign out",
  },
  login: {
    title: "Sign in", user: "User name", password: "Password", submit: "Sign in", working: "Signing in",
    failedTitle: "Not signed in", login_failed: "The user name or the password is wrong.", too_many_tries: "Too many failed tries. Try again in {pause}.",
    network: "The centre does not answer.",
    needUser: "Enter the user name", needPassword: "Enter the password", token_expired: "The session has expired. Sign in again.", token_invalid: "The session is no longer valid. Sign in again.",
    about: "Measured by camera · compared with plan · three-colour warnings · scores",
  },
  sign: {
    red: "Red", yellow: "Yellow", blue: "Blue", insufficient: "Insufficient evidence", normal: "Normal", closed: "Closed", paused: "Paused", offline: "Offline",
  },
  state: {
    loading: "Loading", retry: "Retry", failed: "Could not get {what}", since: "since {time}", id: "id {id}", copy: "Copy id", copied: "Copied",
    network: "The centre does not answer; the rest of the page is not affected.",
    stale: "Line lost. Showing the data of {time}; updates by itself when it returns.", staleNone: "Line lost. Updates by itself when it returns.",
  },
  stage: {
    new_build: { void: "not built", formwork: "formwork", structure: "structure", infill: "masonry", base: "base coat", finished: "finish" },
    renovation: { old: "as found", stripped: "stripped", insulated: "insulated", base_coat: "base coat", finished: "painted" },
    road: { existing: "existing", excavated: "excavated", subgrade: "subgrade", base: "base", binder: "binder", surface: "surface", marked: "marked" },
    occluded: "occluded (last known)", unknown: "not observed", cover: "net / scaffold", plan: "should stand (plan)", legend: "Legend",
  },
  refusal: {
    at: "{field}: {said}", other: "Not done: the centre did not take it.", raw: "The centre's own words",
    field: {
      photos: "photos", claims: "progress told", note: "note", day: "day", project: "project", building: "building", item: "work item", body: "content", taken_at: "time of the photo", observed_at: "time observed", value_bp: "progress", steps: "steps", stage: "stage", storeys: "storeys", persons: "persons", machines: "machines", inspected: "inspected", passed: "passed", paper: "paper", replaces: "what it corrects", reason: "reason", remark: "remark", evidence: "evidence", person: "person", due: "due", measure: "measure", acceptance_standard: "acceptance standard", cause: "cause", weight: "weight", target: "target", unit: "unit", start: "start", from: "from", to: "to", limit: "limit", version: "version", text: "text", basis: "basis", month: "month", period: "period", purpose: "purpose", username: "user name", password: "password", filename: "file name", sha256: "digest", project_id: "project", file: "file", signer: "signer", points: "points", indicator: "indicator", new_target: "new target",
      about: "subject", accepted_on: "day of acceptance", active: "active", added: "added", after: "page before", also: "others", answer: "answer", answers: "answers", approve: "decision", at: "time", base_version: "version it is made from", based_on: "configuration it is made from", baseline: "baseline", before: "before", benefit_fen: "benefit", brief: "brief", budget_fen: "budget", building_id: "building", by: "grouping", camera: "camera", changes: "changes", code: "project code", contract: "contract", cost_fen: "cost", cut_bp: "cut", days: "days", deadline_s: "deadline", department: "department", direction: "direction", edits: "edits", en: "English", ended: "ended", epoch: "epoch", evaluation_id: "evaluation", evaluations: "evaluations", figures: "figures", find: "search", first: "first day", follows: "version before", form_id: "form", gain: "expected gain", gateway: "gateway", goal: "goal", goals: "goals", grant: "grant", group: "group", hearing: "hearing", history: "history", id: "number", import_id: "import", justification: "justification", kind: "kind", last: "last day", level: "level", line: "budget line", method: "method", mine: "mine", name: "name", new: "new value", node: "node", now: "present number", objection_id: "objection", offset: "offset", old: "old value", options: "options", overdue: "overdue", owner: "owner", page: "page", parent: "goal above", payee: "payee", place: "place", place_kind: "kind of place", practice: "practice", proposal: "proposal", ranking: "ranking", rectification_id: "order", report: "report", role: "role", rule: "rule", says: "comparison", scene: "scene", scope: "scope", second: "second", sector: "sector", seq: "sequence", series: "series", sheet_id: "sheet", since: "since", sort: "order of the list", state: "state", street: "street", stretch: "stretch of time", subject: "subject", subject_kind: "kind of subject", summary: "summary", tag: "tag", tags: "tags", title: "title", until: "until", upheld: "upheld", uphold: "uphold", use: "use", warning_id: "warning", warnings: "warnings", x: "x axis", y: "y axis", year: "year", zh: "Chinese",
    },
  },
};

export default en;
