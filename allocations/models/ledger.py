from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .jobs import Job
from .machines import FundingShare, Partition
from .projects import Allocation


class AccountKind(models.TextChoices):
    """``capacity -> share -> allocation -> used | lapsed``, one chain per partition."""

    CAPACITY = "capacity", _("Capacity")
    SHARE = "share", _("Funding share")
    ALLOCATION = "allocation", _("Allocation")
    USED = "used", _("Used")
    LAPSED = "lapsed", _("Lapsed")


class LedgerAccount(models.Model):
    """A holder of node-seconds of one partition.

    The totals are running sums of the account's entries, kept so that the database
    itself refuses an overdraft and so that a balance is one row. The capacity account is
    the source and may owe without limit.
    """

    partition = models.ForeignKey(
        Partition, models.PROTECT, related_name="accounts", verbose_name=_("partition")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=AccountKind)
    share = models.OneToOneField(
        FundingShare,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="account",
        verbose_name=_("funding share"),
    )
    allocation = models.OneToOneField(
        Allocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="account",
        verbose_name=_("allocation"),
    )
    credited = models.PositiveBigIntegerField(_("credited"), default=0)
    debited = models.PositiveBigIntegerField(_("debited"), default=0)
    held = models.PositiveBigIntegerField(_("held"), default=0)
    lapsed = models.PositiveBigIntegerField(
        _("lapsed"), default=0, help_text=_("The part of the debits that lapsed unused.")
    )
    corrected = models.PositiveBigIntegerField(
        _("corrected"), default=0, help_text=_("The part of the debits that corrections took.")
    )
    pledged = models.PositiveBigIntegerField(
        _("pledged"),
        default=0,
        help_text=_("Of a funding share: awards that are recorded or offered, not yet granted."),
    )
    updated_at = models.DateTimeField(_("last entry at"), null=True, blank=True)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="ledger_account_not_overdrawn",
                condition=Q(kind="capacity") | Q(credited__gte=F("debited") + F("held")),
            ),
            models.CheckConstraint(
                name="pledges_within_pool",
                condition=Q(pledged=0)
                | Q(kind="share", credited__gte=F("debited") + F("held") + F("pledged")),
            ),
            models.CheckConstraint(
                name="ledger_account_lapsed_is_debited",
                condition=Q(debited__gte=F("lapsed") + F("corrected")),
            ),
            models.CheckConstraint(
                name="ledger_account_belongs",
                condition=Q(kind="share", share__isnull=False, allocation=None)
                | Q(kind="allocation", share=None, allocation__isnull=False)
                | Q(kind__in=["capacity", "used", "lapsed"], share=None, allocation=None),
            ),
            models.UniqueConstraint(
                name="ledger_account_once_per_partition",
                fields=["partition", "kind"],
                condition=Q(kind__in=["capacity", "used", "lapsed"]),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.allocation or self.share or self.partition}"

    @property
    def available(self):
        """Node-seconds that can still be given away."""
        return self.credited - self.debited - self.held

    @property
    def unpledged(self):
        """Node-seconds of a funding share that no award has been promised."""
        return self.available - self.pledged

    @property
    def charged(self):
        """Node-seconds that jobs have used."""
        return self.debited - self.lapsed - self.corrected

    @property
    def granted(self):
        """Node-seconds given, less what corrections took back."""
        return self.credited - self.corrected

    @property
    def left(self):
        """Node-seconds that are neither used nor lapsed; running jobs may hold some of them."""
        return self.credited - self.debited


class EntryKind(models.TextChoices):
    FUND = "fund", _("Fund")
    GRANT = "grant", _("Grant")
    HOLD = "hold", _("Hold")
    CHARGE = "charge", _("Charge")
    RELEASE = "release", _("Release")
    LAPSE = "lapse", _("Lapse")
    GIVE_BACK = "give_back", _("Give back")
    CORRECT = "correct", _("Correct")


class LedgerEntry(models.Model):
    """An immutable movement of node-seconds from one account to another.

    A *hold* sets aside and moves nothing; it is resolved exactly once, by a *charge* of
    what was used (the rest is free again) or by a *release*. Triggers in the database
    refuse every update and delete; a correction is another entry.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind)
    debit = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="debits", verbose_name=_("debited account")
    )
    credit = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="credits", verbose_name=_("credited account")
    )
    node_seconds = models.PositiveBigIntegerField(_("node-seconds"))
    key = models.CharField(_("key"), max_length=100, unique=True)
    job = models.ForeignKey(
        Job,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger_entries",
        verbose_name=_("job"),
    )
    resolves = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resolution",
        verbose_name=_("resolves"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), help_text=_("Portal time."))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="ledger_entry_between_two_accounts", condition=~Q(debit=F("credit"))
            ),
            models.CheckConstraint(
                name="ledger_entry_resolves_when_it_should",
                condition=Q(kind__in=["charge", "release"], resolves__isnull=False)
                | ~Q(kind__in=["charge", "release"]) & Q(resolves=None),
            ),
        ]
        indexes = [
            models.Index(fields=["debit", "-id"]),
            models.Index(fields=["credit", "-id"]),
            models.Index(fields=["debit", "at"]),
        ]

    def __str__(self):
        return self.key
