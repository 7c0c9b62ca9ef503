"""How obliquely a camera sees a face, from the commissioning alone."""

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.scene import Camera, Face
from wire.scene.grid import node_grid

Floats = npt.NDArray[np.float64]

FOCAL_WIDTHS = (0.4, 4.0)  # focal lengths a site camera can have, in frame widths (2.8 mm to about 25 mm at 1/2.8")
USUAL_FOCAL_WIDTHS = 1.0  # taken where the picture does not tell


def obliquity_deg(face: Face, camera: Camera) -> float:
    """Angle in degrees between the line of sight to the middle of a face and the face's normal: 0 is head-on.

    A homography is fitted from bays and storeys to pixels. Its first two columns are the vanishing points of the
    storey lines and the bay lines; on a plane these directions are at right angles, which gives the focal length
    (principal point in the middle of the frame, square pixels), else the usual one is taken. The normal is their cross
    product. No size of a bay or a storey is needed.
    """
    nodes = node_grid(face).inner
    across, up = np.meshgrid(np.arange(face.cols + 1.0), np.arange(face.rows + 1.0))
    centre = np.array([camera.width_px / 2, camera.height_px / 2])
    pixels = (nodes.reshape(-1, 2) - centre) / camera.width_px
    fitted, _ = cv2.findHomography(np.stack([across.ravel(), up.ravel()], axis=1), pixels)
    if fitted is None:
        return 0.0
    plane: Floats = np.asarray(fitted, float)
    focal = _focal_widths(plane)
    rays = plane / np.array([[focal], [focal], [1.0]])
    normal = np.cross(rays[:, 0], rays[:, 1])
    sight = rays @ np.array([face.cols / 2, face.rows / 2, 1.0])
    cosine = abs(normal @ sight) / (np.linalg.norm(normal) * np.linalg.norm(sight))
    return float(np.degrees(np.arccos(np.clip(cosine, 0.0, 1.0))))


def _focal_widths(plane: Floats) -> float:
    """Focal length in frame widths that makes storey lines and bay lines stand at right angles in space."""
    along, up = plane[:, 0], plane[:, 1]
    depths = along[2] * up[2]
    if abs(depths) < 1e-6 * np.linalg.norm(along) * np.linalg.norm(up):
        return USUAL_FOCAL_WIDTHS
    squared = -(along[0] * up[0] + along[1] * up[1]) / depths
    low, high = FOCAL_WIDTHS
    return float(np.sqrt(squared)) if low**2 <= squared <= high**2 else USUAL_FOCAL_WIDTHS
