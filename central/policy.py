"""Every number that judges, as versioned data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from central.checkpoint import digest_of
from central.progress.profile import PACED, FusionProfile
from central.progress.siteplan import SitePlan
from central.rules.in_force import Ladders
from central.rules.ladder import DEFAULT, LadderProfile
from central.scoring.tree import PROJECT_TREE, ScoringTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a project is judged by. A switch of ladders holds from its instant on and re-judges nothing before."""

    ladders: Ladders = DEFAULT
    fusion: FusionProfile = PACED
    tree: ScoringTree = PROJECT_TREE

    def ladders_at(self, instant: datetime) -> LadderProfile:
        """The ladders in force at an instant."""
        return self.ladders.at(instant)

    def digest(self, plan: SitePlan, at: datetime) -> str:
        """What a checkpoint at an instant was made by: policy and plan in force then."""
        return digest_of(plan.digest, self.ladders_at(at), self.fusion, self.tree.version)
