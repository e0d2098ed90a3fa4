"""What can happen to a proposal, where it stands, and by which right: the process as a table.

The matrix test tries every event at every place as everybody; ``manage.py permissions`` prints
the table with the roles that ``rules.py`` gives each right to.
"""

from dataclasses import dataclass

from ..models import ProposalState as State

DRAFT = "draft"
SUBMITTED = "submitted"
ELIGIBILITY = "eligibility check"
NOT_ELIGIBLE = "eligibility check, turned down by one"
TECHNICAL = "technical check"
NOT_FEASIBLE = "technical check, turned down by one"
QUESTION = "waiting for an answer"
REVIEW = "peer review"
REPLY = "right to reply"
PANEL = "panel"
HELD = "panel, outcome held"
RESERVE = "reserve list"
OFFERED = "offered"
AWARDED = "awarded"
INELIGIBLE = "not eligible"
INFEASIBLE = "not feasible"
REJECTED = "not awarded"
DECLINED = "declined"
LAPSED = "lapsed"
WITHDRAWN = "withdrawn"

PLACES = {
    DRAFT: State.DRAFT,
    SUBMITTED: State.SUBMITTED,
    ELIGIBILITY: State.IN_EVALUATION,
    NOT_ELIGIBLE: State.IN_EVALUATION,
    TECHNICAL: State.IN_EVALUATION,
    NOT_FEASIBLE: State.IN_EVALUATION,
    QUESTION: State.CLARIFICATION,
    REVIEW: State.IN_EVALUATION,
    REPLY: State.IN_EVALUATION,
    PANEL: State.IN_EVALUATION,
    HELD: State.IN_EVALUATION,
    RESERVE: State.RESERVE,
    OFFERED: State.OFFERED,
    AWARDED: State.AWARDED,
    INELIGIBLE: State.INELIGIBLE,
    INFEASIBLE: State.INFEASIBLE,
    REJECTED: State.REJECTED,
    DECLINED: State.DECLINED,
    LAPSED: State.LAPSED,
    WITHDRAWN: State.WITHDRAWN,
}
OPEN = [place for place, state in PLACES.items() if not state.is_final]


@dataclass(frozen=True)
class Event:
    """``leads`` maps each place where it is possible to the state of the proposal after it.

    Events of one ``flow`` are the same act, which asks for another right at another place.
    """

    name: str
    permission: str
    leads: dict
    flow: str


def _event(name, permission, leads, *, flow=""):
    return Event(name, f"allocations.{permission}", leads, flow or name)


def _stay(*places):
    """What changes nothing but the evaluation."""
    return dict.fromkeys(places, State.IN_EVALUATION)


def _ask(where, permission, *places):
    leads = dict.fromkeys(places, State.CLARIFICATION)
    return _event(f"ask in the {where}", permission, leads, flow="ask")


EVENTS = [
    _event("edit", "edit_proposal", {DRAFT: State.DRAFT}),
    _event("submit", "submit_proposal", {DRAFT: State.IN_EVALUATION}),
    _event("recall", "recall_proposal", {SUBMITTED: State.DRAFT}),
    _event("withdraw", "withdraw_proposal", dict.fromkeys(OPEN, State.WITHDRAWN)),
    _ask("eligibility check", "check_eligibility", ELIGIBILITY, NOT_ELIGIBLE),
    _ask("technical check", "check_feasibility", TECHNICAL, NOT_FEASIBLE),
    _ask("peer review", "assign_reviewers", REVIEW),
    _ask("right to reply", "close_reply", REPLY),
    _ask("panel", "record_outcome", PANEL, HELD),
    _event("answer questions", "answer_questions", _stay(QUESTION)),
    _event("go on without an answer", "ask_applicant", _stay(QUESTION)),
    _event("fill in check-list", "check_eligibility", _stay(ELIGIBILITY, NOT_ELIGIBLE)),
    _event("find eligible", "check_eligibility", _stay(ELIGIBILITY)),
    _event("find not eligible", "check_eligibility", _stay(ELIGIBILITY)),
    _event(
        "confirm: not eligible",
        "confirm_ineligible",
        {NOT_ELIGIBLE: State.INELIGIBLE},
        flow="confirm",
    ),
    _event("return: not eligible", "confirm_ineligible", _stay(NOT_ELIGIBLE), flow="return"),
    _event("find feasible", "check_feasibility", {TECHNICAL: State.OFFERED}),
    _event("find not feasible", "check_feasibility", _stay(TECHNICAL)),
    _event(
        "confirm: not feasible",
        "confirm_infeasible",
        {NOT_FEASIBLE: State.INFEASIBLE},
        flow="confirm",
    ),
    _event("return: not feasible", "confirm_infeasible", _stay(NOT_FEASIBLE), flow="return"),
    _event("close peer review", "assign_reviewers", _stay(REVIEW)),
    _event("close reply", "close_reply", _stay(REPLY)),
    _event("record outcome", "record_outcome", _stay(PANEL)),
    _event("reopen outcome", "record_outcome", _stay(HELD)),
    _event("promote", "handle_offers", {RESERVE: State.OFFERED}),
    _event("accept offer", "answer_offer", {OFFERED: State.AWARDED}),
    _event("decline offer", "answer_offer", {OFFERED: State.DECLINED}),
    _event("lapse offer", "handle_offers", dict.fromkeys([RESERVE, OFFERED], State.LAPSED)),
    _event(
        "appeal",
        "file_appeal",
        {place: PLACES[place] for place in (INELIGIBLE, INFEASIBLE, REJECTED)},
    ),
]
