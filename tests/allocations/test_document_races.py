"""People who upload, hand in and redeem at the same instant, on PostgreSQL."""

import datetime as dt
from functools import partial

import pytest
from django.db import transaction

from allocations.exceptions import LateCodeNotValid
from allocations.flows.attachments import attach
from allocations.flows.late_codes import hashed, redeem
from allocations.flows.proposals import submit_proposal
from allocations.models import Attachment, IntakePolicy, LateCode, Revision
from jaif_portal import clock
from tests.allocations import factories
from tests.allocations.simultaneous import at_once, kinds
from tests.allocations.stored import stored_files
from tests.allocations.uploads import pdf, upload

pytestmark = [
    pytest.mark.services,
    pytest.mark.usefixtures("committed", "monday", "empty_storage"),
]
MANY = 8


def test_many_uploads_at_once_stay_within_the_number_and_leave_no_file_behind():
    proposal = factories.draft()
    IntakePolicy.objects.update(most_files=3)
    acts = [
        partial(
            attach,
            proposal,
            by=proposal.applicant,
            upload=upload(pdf(pages=number + 1)),
            kind="other",
        )
        for number in range(MANY)
    ]

    outcomes = kinds(at_once(acts))

    assert outcomes == {"Attachment": 3, "AttachmentRefused": MANY - 3}
    assert sorted(Attachment.objects.values_list("file", flat=True)) == stored_files()


def test_a_proposal_handed_in_many_times_at_once_is_frozen_once():
    proposal = factories.draft()

    outcomes = at_once([partial(submit_proposal, proposal, by=proposal.applicant)] * MANY)

    assert kinds(outcomes) == {"Proposal": 1, "TransitionNotAllowed": MANY - 1}
    assert Revision.objects.count() == 1


def test_a_late_code_is_redeemed_once():
    now = clock.now()
    proposal = factories.draft()
    LateCode.objects.create(
        call=proposal.call,
        person=proposal.applicant,
        code_sha256=hashed("SECRET"),
        until=now + dt.timedelta(days=1),
        reason="Storm",
        issued_by=factories.officer(),
        issued_at=now,
    )

    @transaction.atomic
    def act():
        return redeem("secret", proposal=proposal, by=proposal.applicant, at=now)

    outcomes = at_once([act] * MANY)

    assert kinds(outcomes) == {"LateCode": 1, LateCodeNotValid.__name__: MANY - 1}
