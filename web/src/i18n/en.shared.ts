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
    refused: "Not done: {what} ({where}), expected {expected}.",
    stale: "Line lost. Showing the data of {time}; updates by itself when it returns.", staleNone: "Line lost. Updates by itself when it returns.",
  },
  stage: {
    new_build: { void: "not built", formwork: "formwork", structure: "structure", infill: "masonry", base: "base coat", finished: "finish" },
    renovation: { old: "as found", stripped: "stripped", insulated: "insulated", base_coat: "base coat", finished: "painted" },
    road: { existing: "existing", excavated: "excavated", subgrade: "subgrade", base: "base", binder: "binder", surface: "surface", marked: "marked" },
    occluded: "occluded (last known)", unknown: "not observed", cover: "net / scaffold", plan: "should stand (plan)", legend: "Legend",
  },
  refusal: {
    plain: "Not done: {why}.", at: "Not done: {why} ({field}).", other: "the centre did not take it", raw: "The centre's own words",
    code: {
      invalid: "not as required", refused: "against a rule", absent: "not there, or outside your scope", digest_differs: "content and digest differ: choose it again", not_a_jpeg: "not a JPEG photo", not_a_picture: "a picture that cannot be opened", too_many_pixels: "too many pixels",
      too_large: "too large", wrong_media_type: "wrong kind of file", upload_gone: "this upload has ended: send it again", bad_upload: "the upload is not good", too_often: "too often: try again in a while", too_many_uploads: "too many unfinished uploads", too_many_tries: "too many failed tries", plan_invalid: "the plan has faults", conflict: "somebody was first: reload and try again", wrong_state: "not possible now", not_yours: "somebody else must do it", own_work: "not in one's own matter", missing: "something required is missing", unknown: "it names what is not there", cannot_render: "the file cannot be made", no_room: "the centre's disk is full", busy: "the centre is busy: try again in a while", internal: "a fault inside the centre", offset_differs: "the upload stands elsewhere", checksum_differs: "damaged on the way: try again", body_paused: "the transfer broke off",
    },
    field: {
      photos: "photos", claims: "progress told", note: "note", day: "day", project: "project", building: "building", item: "work item", body: "content", taken_at: "time of the photo", observed_at: "time observed", value_bp: "progress", steps: "steps", stage: "stage", storeys: "storeys", persons: "persons", machines: "machines", inspected: "inspected", passed: "passed", paper: "paper", replaces: "what it corrects", reason: "reason", remark: "remark", evidence: "evidence", person: "person", due: "due", measure: "measure", acceptance_standard: "acceptance standard", cause: "cause", weight: "weight", target: "target", unit: "unit", start: "start", from: "from", to: "to", limit: "limit", version: "version", text: "text", basis: "basis", month: "month", period: "period", purpose: "purpose", username: "user name", password: "password", filename: "file name", sha256: "digest", project_id: "project", file: "file", signer: "signer", points: "points", indicator: "indicator", new_target: "new target",
    },
  },
};

export default en;
