"""Texts that live in the database in both languages."""

from django.utils.translation import get_language


def in_language(row, field):
    """The German or the English text of ``field``, by the active language."""
    suffix = "de" if (get_language() or "").startswith("de") else "en"
    return getattr(row, f"{field}_{suffix}")
