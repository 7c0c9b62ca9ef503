/** Faces, where the browser can find them by itself (Shape Detection). Elsewhere people cover them with a finger. */
import type { Region } from "./mosaic";

interface Detector {
  detect(image: CanvasImageSource): Promise<{ boundingBox: DOMRectReadOnly }[]>;
}
type DetectorClass = new (options?: { fastMode?: boolean; maxDetectedFaces?: number }) => Detector;

const MARGIN = 0.25; // of the face, on each side: hair and ears make people known too

export const canFindFaces = "FaceDetector" in globalThis;

/** Regions of the faces found; null where this browser cannot look for any. */
export async function facesOn(canvas: HTMLCanvasElement): Promise<Region[] | null> {
  if (!canFindFaces) return null;
  try {
    const Found = (globalThis as unknown as { FaceDetector: DetectorClass }).FaceDetector;
    const faces = await new Found({ maxDetectedFaces: 50 }).detect(canvas);
    return faces.map(({ boundingBox: box }) => ({
      x: (box.x - box.width * MARGIN) / canvas.width,
      y: (box.y - box.height * MARGIN) / canvas.height,
      w: (box.width * (1 + 2 * MARGIN)) / canvas.width,
      h: (box.height * (1 + 2 * MARGIN)) / canvas.height,
    }));
  } catch {
    return null; // the name is there, the service behind it is not
  }
}
