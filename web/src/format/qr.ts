/** A QR code as one SVG path of unit squares, with the quiet zone that readers want. Level M: a quarter of it may be dirty. */
import qrcode from "qrcode-generator";

const QUIET = 4;

export interface Qr {
  /** Side in modules, quiet zone included. */
  size: number;
  path: string;
}

export function qrOf(text: string): Qr {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const side = code.getModuleCount();
  let path = "";
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    }
  }
  return { size: side + 2 * QUIET, path };
}
