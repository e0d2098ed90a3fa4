"""The administration: Django's own, in the portal's look, with decisions as acts."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import clock, history, outbox, tokens

__all__ = ["clock", "history", "outbox", "tokens"]

admin.site.login = secure_admin_login(admin.site.login)
admin.site.site_header = _("JAIF Access Portal")
admin.site.site_title = _("JAIF Access Portal")
admin.site.index_title = _("Administration")
admin.site.enable_nav_sidebar = True
