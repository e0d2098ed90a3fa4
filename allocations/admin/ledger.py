from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jaif_portal.admin.acts import ReadOnlyMixin

from ..models import LedgerAccount, LedgerEntry
from .cells import hours, moment, two_lines


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """The lists speak of hours; a row's own page has the exact node-seconds."""

    list_display = ["account", "received", "passed_on", "reserved", "last_entry"]
    list_filter = ["kind"]
    list_select_related = [
        "partition__system",
        "share__partition__system",
        "allocation__project",
        "allocation__partition__system",
    ]

    @admin.display(description=_("account"), ordering="pk")
    def account(self, account):
        holder = account.allocation or account.share or account.partition
        return two_lines(account.get_kind_display(), holder)

    @admin.display(description=_("credited"), ordering="credited")
    def received(self, account):
        return hours(account.credited, account.partition)

    @admin.display(description=_("debited"), ordering="debited")
    def passed_on(self, account):
        return hours(account.debited, account.partition)

    @admin.display(description=_("held"), ordering="held")
    def reserved(self, account):
        return hours(account.held, account.partition)

    @admin.display(description=_("last entry at"), ordering="updated_at", empty_value="–")
    def last_entry(self, account):
        return moment(account.updated_at)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["entry", "way", "amount", "when"]
    list_filter = ["kind"]
    search_fields = ["key"]
    list_select_related = [
        f"{side}__{path}"
        for side in ("debit", "credit")
        for path in (
            "partition__system",
            "share",
            "allocation__project",
            "allocation__partition__system",
        )
    ]
    show_full_result_count = False

    @admin.display(description=_("entry"), ordering="pk")
    def entry(self, entry):
        return two_lines(entry.key, entry.get_kind_display())

    @admin.display(description=_("from and to"))
    def way(self, entry):
        return two_lines(entry.debit, f"→ {entry.credit}")

    @admin.display(description=_("amount"), ordering="node_seconds")
    def amount(self, entry):
        return hours(entry.node_seconds, entry.debit.partition)

    @admin.display(description=_("at"), ordering="at")
    def when(self, entry):
        return moment(entry.at)
