from django.contrib import admin

from jaif_portal.admin.acts import ReadOnlyMixin

from ..models import SSHKey


@admin.register(SSHKey)
class SSHKeyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["user", "name", "key_type", "fingerprint", "added_at"]
    list_filter = ["key_type"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "fingerprint"]
    fields = ["user", "name", "public_key", "fingerprint", "key_type", "networks", "added_at"]
