"""The derivation of a node's weights as a document (siteprogress.weights/1), and the same weights read or made again.

Canonical JSON: sorted keys, no spaces, floats as Python spells them, so that they come back bit for bit.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from central.domain import Text
from central.scoring.ahp import CR_MAX, DISAGREEMENT_MAX, RANDOM_INDEX
from central.scoring.questionnaire import Criterion, ExpertWeights, GroupWeights, Opinion, Voice, weighed

SCHEMA = "siteprogress.weights/1"


def spelled_weights(group: GroupWeights, *, voices: dict[str, int]) -> str:
    """Canonical JSON of the weights with all that they are made of. `voices`: each expert's weight as it was given."""
    plain: dict[str, Any] = asdict(group) | {
        "schema": SCHEMA,
        "voices": voices,
        "random_index": list(RANDOM_INDEX),
        "cr_max": CR_MAX,
        "disagreement_max": DISAGREEMENT_MAX,
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(body: str) -> str:
    """SHA-256 of a document, hex."""
    return hashlib.sha256(body.encode()).hexdigest()


def read_weights(body: str) -> GroupWeights:
    """The weights a document tells of."""
    plain = json.loads(body)
    return GroupWeights(
        node=plain["node"],
        version=plain["version"],
        criteria=_criteria(plain),
        weights=tuple(plain["weights"]),
        matrix=tuple(tuple(row) for row in plain["matrix"]),
        lambda_max=plain["lambda_max"],
        ci=plain["ci"],
        cr=plain["cr"],
        ri=plain["ri"],
        disagreement=plain["disagreement"],
        cell=(plain["cell"][0], plain["cell"][1]),
        experts=tuple(
            ExpertWeights(
                **{**one, "says": tuple(map(tuple, one["says"])), "weights": tuple(one["weights"])},
            )
            for one in plain["experts"]
        ),
    )


def remade(body: str) -> GroupWeights:
    """The weights computed again from nothing but what the experts said: equal to `read_weights`, bit for bit."""
    plain = json.loads(body)
    criteria = _criteria(plain)
    voices = [
        Voice(
            person=one["person"],
            weight=plain["voices"][one["person"]],
            opinion=Opinion(size=len(criteria), says={(i, j): said for i, j, said in one["says"]}),
        )
        for one in plain["experts"]
    ]
    return weighed(plain["node"], plain["version"], criteria, voices)


def _criteria(plain: dict[str, Any]) -> tuple[Criterion, ...]:
    return tuple(Criterion(id=one["id"], name=Text(**one["name"])) for one in plain["criteria"])
