"""What a cell may look like to the network: a few answers that come again every day, and what each is worth.

The network's answer to one frame is calibrated: of the cells it calls 60 % base, 60 % are. It stays that however often
it is repeated, for the same wall in the same view is misread in the same way. So a cell has one look for as long as its
stage and its light last, and the look says of the stage what such an answer says once.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SURE = (0.98, 0.86)  # what an answer for one stage gives it: sure, or fairly so
SURE_SHARES = (0.30, 0.21)  # and how many cells have such a look
TORN = (2 / 3, 1 / 3)  # how an answer torn between two neighbours may part them
TORN_REST = 0.05  # what it leaves to all others
VAGUE_REACH = 0.3  # how much less a vague answer gives to each further stage
VAGUE_SHARE = 0.15
REACH = 0.5  # how much rarer each further stage along the list, or round the ring, is


@lru_cache(maxsize=8)
def look_answers(stages: int, *, ring: bool) -> Floats:
    """Looks x stages: the answer each look gives: sure of each stage, fairly sure, torn between two, vague about each.

    In a `ring` the last stage is taken for the first as easily as for the one before it.

    Without the vague ones an answer of 50 % base and something of everything, day after day, was now taken for one
    sure look and now for another, and the calendar carried the cell to its last stage.
    """
    apart = _apart(stages, ring=ring)
    sure = [_answer({s: certain}, apart) for certain in SURE for s in range(stages)]
    pairs = [(s, part) for s in range(stages - 1) for part in TORN]
    kept = 1 - TORN_REST
    torn = [_answer({s: kept * part, s + 1: kept * (1 - part)}, apart) for s, part in pairs]
    vague = VAGUE_REACH**apart
    return np.concatenate([sure, torn, vague / vague.sum(axis=1, keepdims=True)])


@lru_cache(maxsize=8)
def looks_of_stages(stages: int, *, ring: bool) -> Floats:
    """Stages x looks: how often a cell of a stage has each look, so that each look says of the stages what it answers.

    Exactly so up to how evenly the looks' answers add up over the stages (Bayes, with every stage as common).
    """
    answers = look_answers(stages, ring=ring)
    torn = len(answers) - stages * (len(SURE) + 1)
    torn_share = 1 - sum(SURE_SHARES) - VAGUE_SHARE
    of_kind = np.r_[SURE_SHARES, torn_share, VAGUE_SHARE] / np.maximum(1, [stages] * len(SURE) + [torn, stages])
    common = np.repeat(of_kind, [stages] * len(SURE) + [torn, stages])
    joint = common[:, None] * answers
    return np.asarray((joint / joint.sum(axis=0)).T)


def answer_likelihood(answer: Floats, sharpness: Floats, *, ring: bool) -> Floats:
    """Cells x looks: how well an answer (cells x stages) fits each look, up to a factor of the cell.

    exp(−sharpness · KL(look's answer ‖ answer)): 1 where the two are the same.
    """
    answers = look_answers(answer.shape[-1], ring=ring)
    entropy = -(answers * np.log(answers)).sum(axis=1)
    apart = entropy + np.einsum("cs,ls->cl", np.log(answer), answers)
    return np.asarray(np.exp(sharpness[:, None] * (apart - apart.max(axis=1, keepdims=True))))


def _apart(stages: int, *, ring: bool) -> Floats:
    """How many steps each stage is from each other."""
    steps = np.abs(np.arange(stages)[:, None] - np.arange(stages)).astype(float)
    return np.asarray(np.minimum(steps, stages - steps) if ring else steps)


def _answer(of: dict[int, float], apart: Floats) -> Floats:
    """An answer with the given shares; the rest falls off with the distance (stages x stages)."""
    named = np.array(sorted(of))
    nearest = apart[:, named].min(axis=1)
    others = np.where(nearest == 0, 0.0, REACH**nearest)
    answer = (1 - sum(of.values())) * others / others.sum() if others.any() else others
    answer[named] = [of[s] for s in named.tolist()]
    return np.asarray(answer / answer.sum())
