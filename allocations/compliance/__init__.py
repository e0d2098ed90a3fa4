"""The compliance interview: questions, conditions and duties as data, evaluated by pure functions.

A *catalogue* is one validated document. ``read`` puts it into one language, ``walk`` asks its
questions in order as far as their conditions hold, ``conclude`` says what follows. Since a
condition looks back only, at questions that come before, every interview comes to an end.
"""

from .answers import Answer, AnswerNotPossible, AnswerProblem, cleaned
from .catalogue import Catalogue, Choice, Duty, Finding, Kind, Law, Question, read
from .conditions import Situation
from .interview import Conclusion, Interview, conclude, situation_of, walk
from .validation import Problem, ProblemKind, problems

__all__ = [
    "Answer",
    "AnswerNotPossible",
    "AnswerProblem",
    "Catalogue",
    "Choice",
    "Conclusion",
    "Duty",
    "Finding",
    "Interview",
    "Kind",
    "Law",
    "Problem",
    "ProblemKind",
    "Question",
    "Situation",
    "cleaned",
    "conclude",
    "problems",
    "read",
    "situation_of",
    "walk",
]
