"""A draft of the demo that two people have half written, with a history and comments."""

from jaif_portal import clock

from ..flows.comments import add_comment, resolve_comment
from ..flows.editing import write_answers
from ..flows.proposals import begin_proposal
from ..models import Call

SHORT_ANSWERS = {  # to what Playground asks beside the columns
    "frameworks": "PyTorch 2.8, DeepSpeed 0.17",
    "personal_data": False,
    "declared_true": True,
    "declared_authority": True,
}
PRODUCT = (
    "We sell a search engine for tenders to 140 small municipalities. The model of this project "
    "will answer questions about a tender in its own language."
)
RESULTS = (
    "Low-rank adaptation of an 8-billion-parameter model on 4 A100 GPUs: 31 hours, exact match "
    "up from 58 to 74 percent on 1,200 questions."
)


def half_written(founder, *, with_member):
    """A Fast Lane draft; nothing where its call is not open or the draft is there."""
    call = Call.objects.filter(mode__code="FL").latest("opens_at")
    if founder.proposals.filter(call=call).exists() or not call.is_open(at=clock.now()):
        return
    draft = begin_proposal(
        call,
        organisation=founder.organisations.first(),
        by=founder,
        title="One model for all languages of public tenders",
        product=PRODUCT,
        frameworks="PyTorch 2.7",
        gpu_hours=20_000,
        team=[with_member.email],
    )
    write_answers(draft, {"prior_results": RESULTS, "frameworks": "PyTorch 2.8"}, by=with_member)
    write_answers(draft, {"frameworks": "PyTorch 2.8, DeepSpeed 0.17"}, by=founder)
    asked = add_comment(
        draft, by=with_member, section="background", text="Shall we name the municipalities?"
    )
    add_comment(draft, by=founder, section="background", text="Only three, with consent.", to=asked)
    done = add_comment(draft, by=founder, section="software", text="DeepSpeed is missing.")
    resolve_comment(done, by=with_member)
