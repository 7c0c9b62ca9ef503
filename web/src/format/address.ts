/** What may be read out of the address. */

/** Only addresses of this page: "//elsewhere" and "https:" are not. */
export function insideAddress(value: unknown): string {
  return typeof value === "string" && /^\/(?!\/)/.test(value) && !value.startsWith("/login") ? value : "/";
}

/** An address as people read it: letters instead of %E9%9D%92; as it is where it cannot be read. */
export function readable(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}
