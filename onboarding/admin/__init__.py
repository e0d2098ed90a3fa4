"""The administration of people, organisations and cases: mostly to be read."""

from . import agreements, cases, keys, organisations, people

__all__ = ["agreements", "cases", "keys", "organisations", "people"]
