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
    network: "The centre does not answer.", other: "The centre refused: {what}.",
    needUser: "Enter the user name", needPassword: "Enter the password", token_expired: "The session has expired. Sign in again.", token_invalid: "The session is no longer valid. Sign in again.",
    about: "Measured by camera · compared with plan · three-colour warnings · scores",
  },
  sign: {
    red: "Red", yellow: "Yellow", blue: "Blue", insufficient: "Insufficient evidence", normal: "Normal", closed: "Closed", paused: "Paused", offline: "Offline",
  },
  state: {
    loading: "Loading", retry: "Retry", failed: "Could not get {what}", since: "since {time}", id: "id {id}", copy: "Copy id", copied: "Copied",
    network: "The centre does not answer; the rest of the page is not affected.", http: "The centre says: {what} ({where}).",
    refused: "Not done: {what} ({where}), expected {expected}. Id {id}",
    stale: "Line lost. Showing the data of {time}; updates by itself when it returns.", staleNone: "Line lost. Updates by itself when it returns.",
  },
  stage: {
    new_build: { void: "not built", formwork: "formwork", structure: "structure", infill: "masonry", base: "base coat", finished: "finish" },
    renovation: { old: "as found", stripped: "stripped", insulated: "insulated", base_coat: "base coat", finished: "painted" },
    road: { existing: "existing", excavated: "excavated", subgrade: "subgrade", base: "base", binder: "binder", surface: "surface", marked: "marked" },
    occluded: "occluded (last known)", unknown: "not observed", cover: "net / scaffold", plan: "should stand (plan)", legend: "Legend",
  },
};

export default en;
