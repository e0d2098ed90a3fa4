"""What a request takes in energy and emissions, from figures that are dated and have a source."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ..models import EmissionFactor


@dataclass(frozen=True)
class Energy:
    """An upper bound: every granted hour at the full power of its node."""

    node_hours: Decimal
    node_watts: int
    pue: Decimal
    grams_per_kwh: int
    source: str

    @property
    def kwh(self):
        return _whole(self.node_hours * self.node_watts * self.pue / 1000)

    @property
    def co2_kg(self):
        return _whole(self.node_hours * self.node_watts * self.pue * self.grams_per_kwh / 10**6)


def energy_of(proposal):
    """The energy of what ``proposal`` asks for; nothing where hours or figures are missing."""
    if not (proposal.offer_id and proposal.gpu_hours):
        return None
    partition = proposal.offer.partition
    policy = partition.energy_policies.valid(at=proposal.created_at).first()
    factor = EmissionFactor.objects.filter(valid_from__lte=proposal.created_at.date()).first()
    known = policy and factor and partition.node_watts and partition.gpus_per_node
    if not known:
        return None
    return Energy(
        node_hours=Decimal(proposal.gpu_hours) / partition.gpus_per_node,
        node_watts=partition.node_watts,
        pue=policy.pue,
        grams_per_kwh=factor.grams_per_kwh,
        source=f"{partition.node_watts_source} {policy.source} {factor.source}",
    )


def _whole(number):
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))
