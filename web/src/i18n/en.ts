/** Every word of the interface in English. The character on a sign stays; the word beside it is translated. */
import shared from "./en.shared";
import type zh from "./zh";

const en: typeof zh = {
  ...shared,
  app: { name: "Project performance monitoring", skip: "Skip to content", search: "Search projects", notFound: "No such page", notFoundWhy: "The address does not exist, or it is outside your scope.", back: "Back to overview" },
  nav: { label: "Main navigation", district: "Overview", map: "Map", warnings: "Warnings", money: "Money", audit: "Audit", evaluation: "Evaluation", fleet: "Devices" },
  signShort: { red: "Red", yellow: "Yellow", blue: "Blue", insufficient: "Insufficient evidence", normal: "Normal", paused: "Paused" },
  unit: { pp: "pp", days: "days", hours: "hours", count: "times", wan: "×10,000 yuan", yuan: "yuan", million: "million yuan", bp: "pp", z: "robust z" },
  figure: {
    measured: "Measured", plan: "Planned", gap: "Gap", lag: "Lag", ahead: "Ahead", about: "about {value}", unobserved: "Not observed", rate: "deviation rate {value}", interval: "90% interval",
    coverage: "Coverage", coverageOf: "coverage {value}", behind: "{value} pp behind", aheadPoints: "{value} pp ahead", onPlan: "on plan",
    lagDays: "lag {value} days", aheadDays: "{value} days ahead", since: "no data since {day}", why: "Why?", none: "—", sigma: "standard deviation σ",
    effectiveDays: "effective days", physical: "Physical progress", byWeight: "by weight", thin: "thin evidence, indication only",
  },
  district: {
    title: "Overview", total: "Projects", counts: "each project once, by its heaviest sign", all: "All {n}", list: "Projects", sortHint: "by level, then by lag",
    emptyTitle: "No projects yet", emptyText: "Projects appear here once a plan is imported. Command: siteprogress-central import-plan FILE", filterEmptyTitle: "No project passes the filter", filterEmptyText: "{n} projects in all, none under this filter.", clear: "Clear filter",
    project: "Project", progress: "Physical progress (tick = plan)", gap: "Gap", lag: "Lag", score: "Score", warnings: "Open warnings", street: "Street",
    sentenceCalm: "All on plan ({n}), no open warning.", sentence: "Needing attention: {n} ({list}).", sentencePart: "{word} {n}", found: "“{q}”: {n} found",
    worst: "worst {name}",
  },
  project: {
    crumb: "Projects", type: { new_build: "New build", renovation: "Renovation", road: "Road" }, buildings: "buildings: {n}", storeys: "{n} storeys", code: "Project code", contract: "Contract", duration: "Duration",
    unitIs: "Responsible: {unit}", sameTime: "All figures as of {time}", basis: "Basis", finish: "Planned finish", score: "Score", open: "Open warnings", noneOpen: "No open warning", openHint: "Empty while the works keep to the plan.",
    seeAll: "All warnings", coverage: "Coverage", planVersion: "plan version {n}", calm: "The other buildings are on plan.", paused: "approved pause",
  },
  curve: {
    title: "Planned and measured", sub: "cumulative %, by building weight", subBuilding: "{name}, cumulative %", last30: "30 days", whole: "Whole", table: "Table", today: "as of", planEnd: "plan {day}",
    label: "Planned and measured curve. As of {day}: planned {plan}, measured {measured}.", emptyTitle: "No curve yet", emptyText: "The plan line appears with the plan, the measured line with the first reading.",
    day: "Day", interval: "90% interval", of: "Curve of", project: "Whole project",
  },
  building: {
    title: "Buildings", hint: "bar = measured, tick = plan; the worst is selected", face: "{face} face", size: "{rows} storeys × {cols} bays", floor: "{n}F", top: "top slab: storey {n}", planTop: "planned: storey {n}", planRow: "plan: {n}F",
    planCap: "plan: topped out", visible: "visible facade {value} complete", abstained: "No verdict this time: {why}", quality: "Image: {list}", noFaceTitle: "No facade reading of this building", noFaceText: "Storeys × bays appear with the first reading of a commissioned camera.", none: "No buildings", noneText: "The plan file has no buildings.",
    cell: "storey {storey} bay {bay}: {stage}", cellOccluded: "occluded, last known", cellUnknown: "not observed", cellCover: "safety net", confidence: "confidence {value}", moved: "Camera moved: cells are not updated", items: "Work items", item: "Work item", weight: "Weight",
    faceChoice: "Face", keys: "arrow keys move", unverified: "registration not verified", direction: { south: "South", north: "North", east: "East", west: "West", front: "Front", back: "Back", left: "Left", right: "Right" },
  },
  quality: {
    rain: "rain", fog: "fog", dark: "dark", night: "night", glare: "glare", blurred: "blurred", blur: "blurred", dirty: "dirty lens", frozen: "frozen", covered: "covered", ok: "good", low_light: "low light", overexposed: "overexposed", snow: "snow", low_contrast: "no contrast", replayed: "replayed", clock_backwards: "clock set back", clock_sun: "daylight at night",
  },
  evidence: {
    title: "Evidence", sub: "rectified stills of the same face", newest: "newest", previous: "earlier", missing: "No still", missingWhy: "This reading came without a still, or the still is on its way.", failed: "Could not get the still", alt: "{face} face, taken {time}",
    digest: "SHA-256 of the still {digest}", storey: "slab: storey {n}", open: "Enlarge", close: "Close", onlyOne: "Only one still", none: "No still yet",
  },
  fusion: {
    title: "Why {value}?", titleNone: "Why not observed?", source: "Source", reading: "Reading", weight: "Weight", time: "Observed", rejected: "not believed", none: "No observation yet", noneText: "The first reading of a camera or an inspector will be listed here.",
    kind: { camera: "Camera gateway", inspector: "Inspector on site", supervisor: "Supervisor, monthly", self_report: "Contractor's own report", document: "Document" },
    fused: "Fused = {value}, 90% interval {low} – {high}.", more: "newest of each source; {total} observations in all", trace: "Full trace", confidence: "confidence {value}",
  },
  evaluation: {
    title: "Evaluation", before: "Year before", after: "Year after", part: { goals: "Goals", weights: "Weights", forms: "Forms and results", ranking: "Ranking and use" }, notYet: "no result yet", mine: "Forms for me", leaf: "Indicator", points: "Points (0–100)", range: "Give 0 to 100", sum: "weighed sum {total}", remark: "Remark", submit: "Submit", submitted: "submitted; may be changed until it closes",
    form: { open: "to fill in", submitted: "submitted", missed: "missed" }, results: "evaluations", result: "the evaluation", none: "No evaluation in {period} yet", noneWhy: "Evaluations begin by themselves on their day of the calendar.", closes: "closes {time}", part_: "Part", score: "Score", missing: "missing, others scaled", trace: "trace", differ: "Voices differ:", differWhy: "{a} and {b} are {points} points apart. A remark is needed; the system changes neither.", voice: { self: "self", peer: "peers", objective: "measured", third: "third party", finance: "finance", dept: "department" },
    published: "Published {from} to {to}", approved: "approved by {who} ({seat})", objection: { open: "to be answered", rejected: "rejected", upheld: "upheld, evaluated anew", superseded: "superseded by a new round" }, answer: "Answer", reject: "Reject", uphold: "Uphold", publish: "Publish", object: "Object", objectHint: "Your objection (while published)",
  },
  goal: {
    tree: "Goal tree", treeSub: "district → department → project → post; weights of siblings sum to 1", add: "Add a goal", change: "Change", none: "No goals in force in {year} yet", noneWhy: "Goals appear here once they are drafted and approved.", waiting: "Drafts and proposals", nothingWaits: "no drafts, nothing waits for approval", approve: "Approve", propose: "Propose", save: "Save the draft", known: "{share} known", hidden: "{n} more goals of posts, seen by the person and the manager only", district: "district", sumOff: "weights of siblings sum to {sum}, should be 1", colon: ": ", missing: "Still missing: {list}",
    level: { 1: "district", 2: "department", 3: "project", 4: "post" }, state: { draft: "draft", proposed: "proposed", approved: "approved", returned: "returned", withdrawn: "withdrawn" }, smart: { ok: "met", fail: "not met", needs_justification: "needs justification" }, letter: { S: "not specific", M: "not measurable", A: "achievable?", R: "not relevant", T: "no time" },
    text: "Goal", hint: "e.g. 3 estates refurbished by 2026-12-31, completion ≥ 95%", id: "Id", levelOf: "Level", parent: "Parent goal", owner: "Owner", subject: "About", subjects: { district: "district", unit: "unit", project: "project", person: "post (person)" }, which: "Name or id", target: "Target", unit: "Unit", baseline: "Baseline", better: "Direction", start: "From", due: "Due", weight: "Weight", justification: "Justification (where needed)",
  },
  ahp: {
    title: "Weights (AHP)", none: "No weighing yet", noneWhy: "They appear here once one is opened and experts are invited.", expert: "Expert", voice: "Voice", done: "Answered", why: "Why these weights", mine: "My judgements", notAsked: "You are not asked here.", answered: "{n} of {of} answered", frozen: "frozen", alike: "alike", first: "left {n} times as important", second: "right {n} times as important", compare: "{a} against {b}", notYet: "choose", agrees: "“{says}” would agree", apart: "Each is consistent, yet they disagree: {a} ÷ {b} {size} > {max}. Talk first.", frozenBy: "frozen by {who}", note: "What was discussed", freeze: "Freeze",
    state: { incomplete: "being answered", returned: "returned to an expert", inconsistent: "inconsistent", discuss: "to be discussed", agreed: "ready to freeze", frozen: "frozen" }, expertState: { asked: "asked", returned: "returned", sound: "consistent", released: "not asked any more" },
  },
  ranking: {
    title: "Ranking (like with like)", which: "Which group", none: "No ranking in {period}", noneWhy: "Results are ranked once they are final.", otherYear: "Other years have rankings.", tooFew: "too few: {n}, no ranks under 5", bottom: "bottom", top: "top", digest: "digest of the ranking", uses: "What results lead to", usesSub: "suggestions; people decide", noUses: "no suggestions", decided: "decided by {who}", decider: "{role} decides", appealUntil: "appeal until {day}", decide: "Decide", basis: "Basis (required)", hearing: "Note of the hearing", refuse: "Refuse", persons: "Rankings of persons are personal information: seen by the person, the manager and personnel only; looks are kept.", role: { leader: "the supervising leader", finance: "finance", dept_head: "the department head", admin: "the administrator", discipline: "discipline inspection" },
  },
  adjust: { title: "Adjustments", apply: "Apply", indicator: "Indicator", old: "Present target", new: "New target", reason: "Reason", evidence: "Evidence (ids or digests, blank between)", send: "Apply", none: "no applications", from: "from {day}, never backward" },
  ledger: {
    title: "Ledger", sub: "only added to; corrected by reversal", export: "Export a package that verifies offline", saving: "Packing", from: "From (included)", to: "To (included)", project: "Project", payee: "Payee", kind: "Kind", all: "all", ask: "Ask", turned: "The first day is after the last: swap them",
    opening: "Opening balance", came: "Released", went: "Paid", closing: "Closing balance", count: "{n} entries", none: "No entries in this period", noneWhy: "Choose another period or drop a filter.", more: "One more page", conflicts: "{n} entries under a known voucher with other content, not posted", nth: "No.", day: "Day", voucher: "Voucher", in: "In", out: "Out", reason: "Basis", hash: "Link",
    kinds: { budget: "budget", release: "release", pay: "payment" }, reversal: "reversal", reverses: "reverses {voucher}", flag: { over_release: "above release", unmatched: "no contract" },
    proof: "Hash chain", proofSays: "{algorithm} chain; root over the heads of {n} projects:", closed: "closed up to {day}", notClosed: "no month is closed yet", where: "Where the money went", nobody: "nothing was paid in this period", noPayee: "no payee named", odd: "What looks odd", nothingOdd: "no double payments, idle funds or payments without contract",
  },
  pay: {
    title: "Dual monitoring and payment advice", sub: "physical progress and execution of the budget, same day", dual: "Dual monitoring", paidOfContract: "Paid of contract", ahead: "paid {points} pp ahead of work", behind: "paid {points} pp behind work", contract: "Contract price", budget: "Budget", estimate: "Estimate", released: "Released", paid: "Paid", balance: "Balance", line: "Budget line", toLedger: "See the ledger",
    advice: "Payment advice", decides: "suggestion (a person decides)", upTo: "May still be paid:", hold: "Hold new payments, wages excepted", formula: "cap = contract × credible progress {verified} × rate {rate} =", cap: "Cap, cumulative", over: "Above the cap", wages: "Wages due this month", wagesWhy: "not touched by warnings", due: "Legal due date", latest: "{day} at the latest",
  },
  clock: { left: "{time} left", over: "{time} over", days: "{d} d {h} h", hours: "{h} h {m} min", minutes: "{m} min" },
  desk: {
    groups: "Groups of warnings", mine: "Mine", district: "District", case: "the case", steps: "Steps of the case", more: "More", cancel: "Cancel", keys: "next J · previous K · acknowledge A", evidence: "Evidence", pieces: "{n} pieces", photos: "photos", note: "Note",
    group: { ack: "To acknowledge", measure: "Measure to order", verify: "To verify", told: "I was told", open: "All open", overdue: "Overdue", insufficient: "Thin evidence", closed: "Closed", all: "All" },
    empty: { ack: "Nothing waits for your acknowledgement", measure: "No measure is yours to order", verify: "Nothing is yours to verify", told: "You were not told of any warning yet", open: "No open warnings", overdue: "Nothing is overdue", insufficient: "No warning for thin evidence", closed: "No warning was closed yet", all: "There are no warnings yet" },
    emptyText: "New warnings appear here by themselves.", toAll: "See all", picked: "{n} chosen", pick: "Choose {name}", ackMany: "Acknowledge {n}",
    state: { open: "raised", pushed: "pushed", acknowledged: "acknowledged", assigned: "assigned", rectifying: "rectifying", evidence: "evidence", recovered: "recovered, to verify", verified: "verified", closed: "closed", waived: "waived", false_alarm: "false alarm", withdrawn: "withdrawn" },
    clock: { ack: "acknowledge", measure: "order a measure", due: "rectify", verify: "verify" }, reopened: "reopened {n} times", measureOf: "Rectification {number}", overdueDays: "{n} days over",
    act: { acknowledge: "Acknowledge", start: "Start work", submit: "Submit evidence", verify: "Verify", return: "Return", press: "Press for action", note: "Leave a note", waive: "Waive", false_alarm: "Mark as false alarm" },
    ask: { cause: "Cause (none on record, needed to verify)", verify: "What was seen", return: "Why it is returned (required)", press: "What you press for", note: "Your note", waive: "Why it is waived (required)", false_alarm: "Why it is a false alarm (required)" },
    approver: "Needs {who}", told: "Delivered to", toldNobody: "Nobody was told yet.", read: "acknowledged {time}", timeline: "What happened", submit: "Submit evidence", noPhotos: "This project has no photos yet", noPhotosWhy: "Photos taken on the inspector's page can be chosen here as evidence.", toInspect: "Open the inspector's page", needPhoto: "Choose at least one photo",
    delivery: { queued: "queued", sent: "sent", delivered: "delivered", failed: "failed", none: "told on the platform", held: "quiet hours, sent later", dropped: "no address to send to" },
    order: { title: "Order a measure", cause: "Cause", causeLater: "Later", person: "Responsible", measure: "Measure", due: "Due", standard: "Acceptance standard", standardHint: "e.g. slab of storey 12 poured", go: "Assign", goBoth: "Acknowledge and assign", again: "Assign anew", missing: "{n} fields are missing", usual: "Usually: {measure} (about {days} days, by {seat})", measured: "days from this district's past cases",
      needPerson: "Name who is responsible", needMeasure: "Say what is to be done", needDue: "Choose a day", needStandard: "Give an acceptance standard, else it cannot be assigned" },
  },
  warning: {
    title: "Warnings", summary: "open {n}, in projects {m}", summaryNone: "No open warning", subject: "Subject and rule", value: "Deviation", project: "Project", state: "State", sinceDay: "since {day}", raised: "Raised", open: "Open", closed: "Closed", withdrawn: "Withdrawn",
    all: "All", level: "Level", filter: "Filter", emptyTitle: "No open warning", emptyText: "No rule is over its threshold.", closedLink: "See closed", shown: "{n} of {total} shown", select: "Select one to see why",
    why: "Why", threshold: "Threshold", exit: "Rule", rule: "rule {rule} · version {version}", capped: "thin evidence, capped at blue", gapTitle: "Gap (pp) and threshold", gapAlone: "Gap (pp)", last30: "last 30 days · band = 90% interval", steps: "History",
    event: { raised: "raised", escalated: "escalated", downgraded: "downgraded", cleared: "closed", withdrawn: "withdrawn (late facts changed the verdict)", restored: "restored" }, evidence: "Evidence: {n}", valueAt: "{value} ({day})", link: "Copy link", keys: "J next · K previous", thresholdOf: "{value} ≥ threshold {threshold}", unknownThreshold: "{value}",
    hours: "for {value} hours", days: "for {value} days", closedAt: "closed {time}", toProject: "To the project", notThere: "This warning is not in the present filter.",
  },
  score: {
    title: "What the score is made of", none: "Nothing to score yet", noneText: "Scoring begins with the first measurement.", of: "of {n}", cr: "consistency ratio CR {value}", rule: "rules {version}", weight: "weight {value}", leaf: "leaf {value}", grade: "Grade",
    grades: { 优: "Excellent", 良: "Good", 中: "Fair", 差: "Poor" },
  },
  why: {
    title: "Why this number?", close: "Close", trace: "Full trace", copy: "Copy", formula: "Formula", source: "Basis", evidence: "Still", more: "{n} more not listed", at: "Time", page: "Trace", raw: "raw value", expand: "Unfold", fold: "Fold",
    gap: "planned {plan} − measured {actual} = {gap} pp", lag: "effective days between the day on which the plan reached {actual} and the as-of day (pauses and non-working days taken out)", measured: "measured completion of the buildings, by weight", planned: "cumulative plan of the work items on the as-of day, by weight", sources: "Sources and weights", rule: "Rule",
    bounds: "90% interval {low} – {high} (± 1.645 σ, σ = {sigma} pp)",
  },
  fact: {
    formula: "formula", frame_sha256: "frame digest", model_sha256: "model digest", evidence_sha256: "still digest", plan_bp: "planned", gap_bp: "gap", value_bp: "value", sigma_bp: "sigma", coverage_bp: "coverage",
    weight: "weight", leaf_score: "leaf score", points: "points", observed_at: "observed", received_at: "received", hash: "content hash", camera: "camera", gateway: "gateway", epoch: "epoch", seq: "sequence", clock: "clock", threshold: "threshold", rule: "rule", rule_version: "rule version", unit: "unit", level: "level",
    quality: "image", registration: "registration", face: "face", building: "building", indicator: "indicator", lag_cdays: "lag (days)", actual_bp: "measured", weight_bp: "weight", conf_bp: "confidence", completion_bp: "completion", source: "source", kind: "kind", state: "state", as_of: "as of", value: "value",
    consistency_ratio: "consistency ratio", grade: "grade", total: "total", capped: "capped", raised_at: "raised", closed_at: "closed", abstained: "no verdict", residual_mpx: "registration residual (1/1000 px)", top_storey: "top slab", accepted: "accepted", refs: "basis",
    weight_in_set: "weight in the set", reason: "reason", target: "target", target_before: "target before adjustment", method: "method", measure: "measured as", basis: "legal basis", verification: "verification", note: "note", matrix: "judgements", lambda_max: "largest eigenvalue λmax", ci: "consistency index CI", ri: "random index RI", random_index: "RI table (n = 1…9)", disagreement: "largest disagreement (geometric sd)", experts: "experts", sha256: "SHA-256", subject: "subject", period: "period", data_quality: "data quality", stored_at: "kept", author: "by", day: "as of day", item: "work item", stage: "stage", voucher: "voucher", amount_fen: "amount (fen)", line: "budget line", payee: "payee", counts: "counts", n: "sample", satisfied: "satisfied", low: "lower bound", high: "upper bound", detail: "detail", replaces: "corrects", acknowledged_at: "acknowledged", ended_at: "ended", due: "due", acceptance_standard: "acceptance standard", submitted_at: "submitted", verified_at: "verified", verified_by: "verified by", would_fen: "would have been paid (fen)", did_fen: "paid (fen)", counterfactual: "counterfactual",
  },
  node: { sheet: "score sheet", weights: "weights", criterion: "criterion", mark: "note", report: "daily report", case: "case", rectification: "rectification", ledger: "ledger", quality: "data quality", lot: "inspection lots", safety: "safety finding", requests: "requests", saving: "saving", step: "step", life: "life event", entry: "entered value", photo: "photo", paper: "evidence", form: "evaluation form", file: "signed report", unknown: "reference", score: "score", indicator: "indicator", building: "building", item: "work item", record: "reading", warning: "warning", project: "project", observation: "observation", contribution: "contribution", camera: "camera", evidence: "still", event: "event", gateway: "gateway", condition: "device condition", reading: "reading", still: "still", frame: "frame" },
  fleet: {
    title: "Devices and delivery", summary: "gateways {g} · cameras {c}", balanceOk: "Nothing lost, nothing doubled", balanceBad: "Dead letters or id conflicts: see the gateways below", balanceUnknown: "Waiting for a heartbeat", balanceNote: "produced = stored and acknowledged + in flight; present epoch of each gateway",
    produced: "Produced", stored: "Stored and acknowledged", inFlight: "In flight (last heartbeat)", tombstones: "Tombstones (dropped by policy, recorded)", duplicates: "Arrived twice (stopped)", dead: "Dead letters", conflicts: "Id conflicts", gateway: "Gateway", connection: "Line", online: "Online", offline: "Offline", lastSeen: "last {time}", never: "never seen",
    clock: "Clock", clocks: { synced: "synced", free: "free running", unknown: "unknown" }, software: "Version", cameras: "Cameras", oldest: "Oldest unacknowledged", camera: "Camera", sees: "looks at {names}", lastReading: "last reading {time}", noReading: "no reading yet", fine: "Trusted", conditions: "State",
    condition: { moved: "MOVED", frozen: "Frozen", covered: "Covered", dark: "Dark", offline: "Offline", blurred: "Blurred", foggy: "Fog", replayed: "Replayed", clock_backwards: "Clock set back", clock_sun: "Clock doubtful" },
    conditionLong: { moved: "moved: cells are not updated, commission again", frozen: "identical images, probably frozen", covered: "the lens is covered", dark: "too dark, not read", offline: "no image", blurred: "the image is blurred", foggy: "fog, less weight", replayed: "the picture was seen before: probably a recording, not read", clock_backwards: "dated before what was already seen: the clock was set back, not read", clock_sun: "daylight at an hour that should be night: check the clock" },
    since: "since {time}", emptyTitle: "No gateways yet", emptyText: "A gateway appears here when it first connects.", note: "A device offline is not a building behind: the last reading stands, its interval widens with time; on thin evidence progress warnings are capped at blue.", at: "as of {time}", ms: "{n} ms", s: "{n} s", min: "{n} min", h: "{n} h", unverified: "registration not verified", filterMoved: "Only with a condition", loss: "Lost", doubled: "Stored twice", atLeast: "≥ {n}",
    none: "no condition", head: { inFlight: "In flight", tombstones: "Tombstones", duplicates: "Twice", stored: "Acknowledged" },
    signed: "frames signed", unsigned: "no key enrolled, frames unsigned", revoked: "revoked, nothing is taken", refusals: "security events: {n}", degraded: "degraded: {why}", sent: "{n} sent", givenUp: "{n} given up by policy", knownLoss: "known losses of older stores: {n}", offset: "offset {value}",
    security: "Security events", securityNote: "refused or claimed wrongly, {n} kinds", securityNone: "No security events", securityNoneText: "Signatures that do not hold, gateways that speak for others, revoked ones that still send and refused certificates appear here.", nobody: "unknown", times: "{n} times", deadNote: "came and could not be read, {n} in all", deadNone: "No dead letters", deadNoneText: "Messages nobody could read are kept here; siteprogress-central letters replay tries again.", replayed: "taken since, {time}",
    securityCode: { bad_signature: "Signature does not hold", unsigned_frame: "Signature missing", chain_broken: "Chain broken (set back, or a clone?)", unregistered_gateway: "Gateway not registered", revoked_gateway: "Gateway revoked", forged_ack: "Forged acknowledgement", identity_conflict: "Id conflict (a clone or an old backup?)", topic_mismatch: "Speaks for another gateway", tls_refused: "Certificate refused", acl_refused: "Topic not its own", bad_upload: "Upload refused" },
  },
  trace: { title: "Trace", day: "as of day (empty = now)", sheet: "Where the sheet's score comes from", score: "Where the score comes from", warning: "Where the warning comes from", record: "One reading", building: "Where the measurement comes from", sub: "from the number to the still and its digest" },
  dual: { work: "Work", money: "Money", both: "work {work}, money {money}", workOnly: "work {work}, no money data", moreStreets: "{n} more streets" },
  wall: {
    title: "Project performance, live", cameras: "Cameras", online: "online", lost: "Connection lost", today: "today {n}", overdue: "{n} overdue", toAcknowledge: "{n} to ack", mending: "{n} rectifying",
    streets: "Street × status", streetsHint: "projects, heaviest sign", dual: "Dual monitoring", dualHint: "by contract, {n} measured", againstWork: "{value} to work", nothingMeasured: "Nothing has been measured yet",
    map: "Map of projects", mapHint: "column = measured, dashed = planned", mapAlt: "Map of {n} projects: {red} red, {yellow} yellow, {blue} blue", schematic: "{n} laid out schematically, not surveyed",
    urgent: "To be handled", urgentOf: "{m} most urgent of {n} running", noneUrgent: "No warning has a clock running", noClock: "no clock", evidence: "Newest evidence", evidenceHint: "warnings first; now and within 30 days", blurred: "blurred", noStills: "No still in the last 30 days", changes: "Today: {raised} raised · {escalated} escalated · {eased} eased · {closed} cleared",
    next: "Next: {name} · {s} s", held: "Paused: touch or press a key to go on", screen: { map: "overview", money: "Money and work", evidence: "newest evidence", quality: "data quality", week: "The week" },
    paidOf: "{paid} paid of {contract} contracted", noMoney: "This account may not read money", apart: "money − work", seen: "How well the district is seen", sure: "projects with sufficient evidence", thin: "projects with insufficient evidence", unseen: "projects not observed", coverage: "mean coverage", onlineCameras: "online / all", silent: "no reading for a day",
    worse: "raised, escalated", better: "eased, cleared", moves: "Today's changes", movesOf: "{n} in all, newest first", noMoves: "Nothing has changed today", event: { raised: "raised", escalated: "escalated", downgraded: "downgraded", cleared: "cleared", withdrawn: "withdrawn", restored: "restored" },
  },
  map: {
    title: "Map", projects: "{n} projects", legend: "Legend", colourBy: "Colour by", layer: { status: "Status", stage: "Stage", money: "Money" }, key: "Height = measured; dashed = planned; grey hatch = no data, which is not normal.", footprints: "Buildings are laid out schematically: plans hold no footprints.",
    schematic: "{n} projects without a place are laid out schematically.", byProjects: "{n} buildings, shown by project; choose a street to see them.", moneyRamp: "Paid of contract: light = little, dark = much", list: "List", more: "{n} more not listed", allStreets: "All streets", noWebgl: "This browser cannot draw the map in 3-D (no WebGL); the list below says the same.",
    replay: "Replay by days", play: "Play", pause: "Pause", speed: "Speed", now: "Back to now", dayEnd: "24:00 of the day", days: "{n} days", past: "As of {day}, 24:00", chosen: "Chosen", open: "Open project", stillsNow: "The stills are the newest, not of that day.", zoomIn: "Zoom in", zoomOut: "Zoom out", north: "North up",
  },
  public: {
    title: "{district}: public works", nav: "Page settings", big: "Large type", normal: "Normal type", foot: "Published under the government information regulations · no login, nothing about you is gathered", home: "All public projects", toAll: "See all public projects",
    project: "Project", unit: "Responsible unit", street: "Street", now: "Now", plan: "Plan", nowPlan: "Now / plan", state: "State", finish: "Planned finish", all: "{n} public projects", csv: "Download table (CSV)", none: "No public projects yet", noneWhy: "Projects are listed here once the district publishes them.", absent: "No such public project", absentWhy: "The address is wrong, or this project is not public.", promise: "Promise",
    status: { on_plan: "On plan", slower: "Somewhat slower", behind: "Clearly behind", no_data: "No reliable data yet", paused: "Paused (approved)", not_started: "Not due to start", done: "Done" },
    says: { done: "By {day} about {done}% of the work was done; the plan was {plan}%.", late: "It is about {n} days later than planned.", on_plan: "The work is on plan.", slower: "It is somewhat slower than planned.", behind: "It is clearly behind plan.", paused: "Work is paused now; the pause is approved.", no_data: "By {day} there is no reliable figure; it will stand here once it can be seen.", not_started: "Work is planned to start on {day}." },
    finishIs: "Planned finish: {day}.", nowIs: "Now about {n}%", hatched: "(hatched: possible error)", planIs: "plan {n}%", tick: "Tick: plan {n}%", picture: "Site picture of {day} (blurred; no person or plate can be recognised)",
    qr: "QR code of this page", qrTitle: "The code at the fence leads here", qrText: "Scan it at the gate: you see the same progress as the district does. No login, nothing about you is gathered.", toPoster: "Print the fence poster", howTitle: "Where the figures come from", howText: "Cameras on the site look at storeys, not at people; inspectors check on the spot. What cannot be seen (rooms, pipes) follows the acceptance papers. When it cannot be seen well, we write “no reliable data yet”.", scan: "Scan to see how this work is going", print: "Print",
  },
  leader: {
    title: "My projects", warnings: "Warnings", me: "Me", asOf: "as of {time}", nav: "Bottom navigation", counts: "projects, by heaviest sign", desk: "Open the desk", back: "Back", detail: "Warning", none: "No open warning", noneWhy: "New warnings appear here by themselves.", noProjects: "No projects in your field", more: "{n} more", paid: "paid {value}",
    since: "since {day}", cause: "Cause", measure: "Measure", owner: "Owner", due: "Due", standard: "Acceptance", payment: "Payment", told: "Told", nothing: "not entered", upTo: "up to {value} may be paid; wages are not affected", hold: "hold new payments; wages are not affected", lag: "days of lag", finish: "Planned finish", wholeLag: "days of lag, whole project",
    press: "Press for action", note: "Note", say: { press: "Your words (to the owner and his superior)", note: "Your note (kept in the record)" }, send: "Send", sent: "Sent and recorded", needWords: "Write a few words first", cannot: "This warning cannot be pressed or noted now", evidence: "Evidence",
  },
};

export default en;
