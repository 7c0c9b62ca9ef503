"""What an upload is refused with, beside the errors every address knows.

ApiError
├── BusyError             503  busy                 come again, nothing is lost
├── ChecksumError         460  checksum_differs     this piece only; the upload goes on where it stood
├── GoneError             410  upload_gone          ended before: expired, refused or cancelled
├── NoRoomError           507  no_room              the centre's disk
├── OffsetError           409  offset_differs       `Upload-Offset` says where it stands
├── OversizeError         413  too_large
├── PauseError            408  body_paused          what came is kept
├── QuotaError            429  too_many_uploads
└── WrongVersionError     412  wrong_tus_version
"""

from __future__ import annotations

from collections.abc import Mapping

from central.api.errors import ApiError

TUS_VERSION = "1.0.0"
RETRY_S = 30


class BusyError(ApiError):
    """The centre cannot finish it now; all bytes are kept."""

    status = 503
    code = "busy"

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(RETRY_S)}


class ChecksumError(ApiError):
    """The piece is not what its checksum says; nothing of it was kept."""

    status = 460
    code = "checksum_differs"


class GoneError(ApiError):
    """An upload that has ended without being taken."""

    status = 410
    code = "upload_gone"


class NoRoomError(ApiError):
    """The disk of the centre has no room for it."""

    status = 507
    code = "no_room"


class OffsetError(ApiError):
    """The piece does not begin where the upload stands."""

    status = 409
    code = "offset_differs"

    def __init__(self, *, said: int, stands: int) -> None:
        super().__init__(f"offset {said}", where="header.Upload-Offset", expected=str(stands))
        self.stands = stands

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Upload-Offset": str(self.stands)}


class OversizeError(ApiError):
    """More bytes than this kind may have, or than were announced."""

    status = 413
    code = "too_large"


class PauseError(ApiError):
    """The body stopped in its middle."""

    status = 408
    code = "body_paused"


class QuotaError(ApiError):
    """Too much begun and not finished."""

    status = 429
    code = "too_many_uploads"

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(RETRY_S)}


class WrongVersionError(ApiError):
    """A version of tus that is not spoken here."""

    status = 412
    code = "wrong_tus_version"

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Tus-Version": TUS_VERSION}
