"""Texts that live in the database in both languages, and texts of libraries put otherwise."""

from django.utils.translation import get_language, gettext_noop


def in_language(row, field):
    """The German or the English text of ``field``, by the active language."""
    return in_one_of(getattr(row, f"{field}_en"), getattr(row, f"{field}_de"))


def in_one_of(english, german):
    """The text of the active language."""
    return german if (get_language() or "").startswith("de") else english


# The libraries' German says "du", or names things otherwise than the portal. Marked here, these
# texts are collected into the portal's own catalogue, whose translations come first.
PUT_OTHERWISE = [
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Please type your current password."),
    gettext_noop("Primary email address set."),
    gettext_noop("Removed email address %(email)s."),
    gettext_noop("The new value must be different from the current one."),
    gettext_noop("The password is too similar to the %(verbose_name)s."),
    gettext_noop("This field is required."),
    gettext_noop("This password is too common."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use your password"),
    gettext_noop(
        "You cannot activate two-factor authentication until you have verified your email address."
    ),
    gettext_noop(
        "You cannot add an email address to an account protected by two-factor authentication."
    ),
    gettext_noop("You cannot add more than %d email addresses."),
    gettext_noop("You cannot remove your primary email address (%(email)s)."),
    gettext_noop("You cannot remove your primary email address."),
    gettext_noop("You have confirmed %(email)s."),
    gettext_noop("You have signed out."),
    gettext_noop("You must type the same email each time."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Your password can’t be a commonly used password."),
    gettext_noop("Your password can’t be entirely numeric."),
    gettext_noop("Your password can’t be too similar to your other personal information."),
    gettext_noop("Your primary email address must be verified."),
]
