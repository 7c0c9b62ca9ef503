"""People in the native frame by OpenCV's own HOG detector, where they are large enough for it to see them."""

from functools import lru_cache

import cv2
import numpy as np

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.rectify import face_map_of
from edge_agent.vision.scene import Face, Polyline, Scene

PERSON_STOREYS = 0.58  # 1.75 m under a storey of 3 m
PERSON_PX = 96.0  # how tall a person stands in the detector's window of 64 x 128
SMALLEST_PX = 40.0  # under this, enlarging shows the detector nothing new
LARGEST_REGION_PX = 6_000_000  # of the enlarged picture: bounds time and memory
GROW = 0.15  # a box is widened by this share on each side
SCORE = 0.0


def person_boxes(frame: Frame, scene: Scene, face: Face) -> tuple[Polyline, ...]:
    """Native rectangles around the people that stand about the face; empty where people are too small to be found."""
    face_map = face_map_of(face, scene.camera, scene.privacy_masks)
    person_px = PERSON_STOREYS * face_map.px_per_storey
    if person_px < SMALLEST_PX:
        return ()
    height, width = frame.image.shape[:2]
    left, top = max(0, int(face_map.map_x.min())), max(0, int(face_map.map_y.min()))
    right, bottom = min(width, int(face_map.map_x.max()) + 1), min(height, int(face_map.map_y.max()) + 1)
    if right - left < 2 or bottom - top < 2:
        return ()
    region = frame.image[top:bottom, left:right]
    zoom = min(PERSON_PX / person_px, (LARGEST_REGION_PX / (region.shape[0] * region.shape[1])) ** 0.5)
    return tuple(_box(box, zoom=zoom, left=left, top=top) for box in _found(region, zoom=zoom))


def people_boxes(frame: Frame, scene: Scene) -> tuple[Polyline, ...]:
    """Native rectangles around the people anywhere in the frame that are as tall as those at its farthest face."""
    storeys_px = [face_map_of(face, scene.camera, scene.privacy_masks).px_per_storey for face in scene.faces]
    person_px = max(PERSON_STOREYS * min(storeys_px), SMALLEST_PX)
    height, width = frame.image.shape[:2]
    zoom = min(PERSON_PX / person_px, (LARGEST_REGION_PX / (height * width)) ** 0.5)
    return tuple(_box(box, zoom=zoom, left=0, top=0) for box in _found(frame.image, zoom=zoom))


def _found(region: Image, *, zoom: float) -> list[tuple[int, int, int, int]]:
    """Rectangles x, y, width, height in the enlarged region."""
    size = (max(64, round(region.shape[1] * zoom)), max(128, round(region.shape[0] * zoom)))
    grey = cv2.cvtColor(
        cv2.resize(region, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR), cv2.COLOR_BGR2GRAY
    )
    boxes, _ = _detector().detectMultiScale(grey, hitThreshold=SCORE, winStride=(8, 8), padding=(8, 8), scale=1.1)
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in np.asarray(boxes).reshape(-1, 4)]


def _box(box: tuple[int, int, int, int], *, zoom: float, left: int, top: int) -> Polyline:
    x, y, w, h = (value / zoom for value in box)
    x0, x1 = left + x - GROW * w, left + x + (1 + GROW) * w
    y0, y1 = top + y - GROW * h, top + y + (1 + GROW) * h
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


@lru_cache(maxsize=1)
def _detector() -> cv2.HOGDescriptor:
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(np.array(cv2.HOGDescriptor.getDefaultPeopleDetector()))
    return hog
