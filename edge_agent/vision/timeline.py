"""Does a camera's clock run forward? A clock set back is refused until the old time is reached, or two days long."""

from dataclasses import dataclass, replace

LEAP_S = 7 * 86400.0  # a jump ahead by more counts only when a second frame confirms it: one frame may be dated 2099
SET_BACK_S = 2 * 86400.0  # own time after which a clock that was set back is taken for right


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Epoch seconds of the latest frame, of the latest time believed, of a leap unconfirmed, of the set-back's start.

    0 stands for none.
    """

    last_s: float = 0.0
    believed_s: float = 0.0
    leap_s: float = 0.0
    behind_from_s: float = 0.0

    def is_backwards(self, captured_s: float) -> bool:
        """True for a frame dated before what is believed, or before the frame just before it."""
        if captured_s < self.last_s:
            return True
        return captured_s < self.believed_s and not self._served(captured_s)

    def after(self, captured_s: float) -> "Timeline":
        """The timeline after a frame."""
        if self.is_backwards(captured_s):
            restart = self.behind_from_s == 0 or captured_s < self.behind_from_s
            behind = captured_s if restart else self.behind_from_s
            # What lies before the believed time starts its penance; what only lies before a lone leap clears the leap.
            if captured_s >= self.believed_s:
                return replace(self, last_s=captured_s, leap_s=0.0, behind_from_s=0.0, believed_s=captured_s)
            return replace(self, last_s=captured_s, leap_s=0.0, behind_from_s=behind)
        if captured_s < self.believed_s:  # served
            return Timeline(last_s=captured_s, believed_s=captured_s)
        if captured_s - self.believed_s > LEAP_S and self.leap_s == 0:
            return replace(self, last_s=captured_s, leap_s=captured_s, behind_from_s=0.0)
        return Timeline(last_s=captured_s, believed_s=captured_s)

    def _served(self, captured_s: float) -> bool:
        return self.behind_from_s > 0 and captured_s - self.behind_from_s >= SET_BACK_S
