/** What may be read out of the address. */

/** Only addresses of this page: "//elsewhere" and "https:" are not. */
export function insideAddress(value: unknown): string {
  return typeof value === "string" && /^\/(?!\/)/.test(value) && !value.startsWith("/login") ? value : "/";
}
