"""GPU-hours, time, storage and energy of work with a transformer model. Pure computation.

Sources, by what they are used for:

- floating point operations: Kaplan et al. 2020 (arXiv:2001.08361) and Hoffmann et al. 2022
  (arXiv:2203.15556), 6 N D for training and 2 N D for inference, N parameters and D tokens;
  LoRA (Hu et al. 2021, arXiv:2106.09685) computes no gradients of the frozen weights, 4 N D;
- bytes for each parameter: Rajbhandari et al. 2020 (ZeRO, arXiv:1910.02054), mixed precision
  with Adam: 2 for the weights, 2 for gradients, 12 for the optimiser's state;
- peaks without sparsity, memory and power: NVIDIA's data sheets of GH200 and A100; 680 W for a
  GH200 superchip as JUPITER runs it (JSC, configuration of JUPITER);
- thresholds: Reg. (EU) 2024/1689, Art. 51(2), and the Commission's guidelines of 18 July 2025
  on general-purpose AI models (10^23, and a third of the original compute for a modifier).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

SECONDS = 3600
TERA = 10**12
GIGA = 10**9

GPAI_FLOP = 1e23
SYSTEMIC_FLOP = 1e25
MODIFIER_PART = 1 / 3

STATE_BYTES = 16  # on the GPUs, for each parameter that is trained
CHECKPOINT_BYTES = 14  # the same without gradients
WEIGHT_BYTES = {"fp32": 4, "bf16": 2, "fp8": 1}
TOKEN_BYTES = 6  # raw text of about 4 bytes, and a token's number in 2
KEPT_CHECKPOINTS = 3
ADAPTER_PART = 0.01  # of the parameters, generously
MEMORY_PART = 0.7  # of a GPU's memory for model states; activations need the rest


class Task(StrEnum):
    TRAIN = "train"
    FINE_TUNE = "fine_tune"
    LORA = "lora"
    INFERENCE = "inference"


FLOP_PER_PARAMETER_AND_TOKEN = {
    Task.TRAIN: 6,
    Task.FINE_TUNE: 6,
    Task.LORA: 4,
    Task.INFERENCE: 2,
}


@dataclass(frozen=True)
class GPU:
    """``peaks`` are FLOP/s by precision, ``memory`` is bytes, ``watts`` as run."""

    name: str
    machine: str
    peaks: dict[str, float]
    memory: int
    watts: int


GPUS = {
    "gh200": GPU(
        name="GH200",
        machine="JUPITER",
        peaks={"fp32": 494.5 * TERA, "bf16": 989.0 * TERA, "fp8": 1979.0 * TERA},  # fp32: TF32
        memory=96 * GIGA,
        watts=680,
    ),
    "a100": GPU(
        name="A100 40 GB",
        machine="JUWELS Booster",
        peaks={"fp32": 156.0 * TERA, "bf16": 312.0 * TERA},  # fp32: TF32
        memory=40 * GIGA,
        watts=400,
    ),
}


class Threshold(StrEnum):
    """What the compute says of a general-purpose AI model."""

    BELOW = "below"
    GPAI = "gpai"
    SYSTEMIC = "systemic"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is to be computed, and how. ``utilisation`` and ``margin`` are fractions.

    ``margin`` is added for failures, restarts and trials. ``job_seconds`` is the longest job
    of the machine, ``node_gpus`` how many GPUs a node has, since whole nodes are charged.
    """

    task: Task
    parameters: float
    tokens: float
    precision: str
    utilisation: float
    margin: float
    gpus: int
    job_seconds: int
    node_gpus: int = 4


@dataclass(frozen=True)
class Estimate:
    """``wall_seconds`` is the time on all GPUs together, cut into ``pieces`` jobs."""

    flop: float
    gpu_hours: float
    charged_gpus: int
    wall_seconds: float
    pieces: int
    least_gpus: int
    storage_bytes: float
    energy_kwh: float
    threshold: Threshold


def estimate(work: Work, gpu: GPU) -> Estimate:
    """Everything about ``work`` on one kind of GPU that offers its precision."""
    flop = flop_of(work)
    charged = math.ceil(work.gpus / work.node_gpus) * work.node_gpus
    # The GPUs asked for do the work; those that their nodes bring along are charged, too.
    busy = flop / (gpu.peaks[work.precision] * work.utilisation) * (1 + work.margin)
    wall = busy / work.gpus
    gpu_hours = wall * charged / SECONDS
    return Estimate(
        flop=flop,
        gpu_hours=gpu_hours,
        charged_gpus=charged,
        wall_seconds=wall,
        pieces=max(1, math.ceil(wall / work.job_seconds)),
        least_gpus=max(1, math.ceil(state_bytes(work) / (gpu.memory * MEMORY_PART))),
        storage_bytes=storage_bytes(work),
        energy_kwh=gpu_hours * gpu.watts / 1000,
        threshold=threshold_of(flop),
    )


def flop_of(work: Work) -> float:
    """The operations of the model itself; failures are no part of its training."""
    return FLOP_PER_PARAMETER_AND_TOKEN[work.task] * work.parameters * work.tokens


def flop_in(gpu_hours: float, *, flop_per_second: float) -> float:
    """What a number of GPU-hours can compute at a sustained speed."""
    return gpu_hours * SECONDS * flop_per_second


def threshold_of(flop: float) -> Threshold:
    """Both thresholds are exceeded by more than themselves."""
    if flop > SYSTEMIC_FLOP:
        return Threshold.SYSTEMIC
    return Threshold.GPAI if flop > GPAI_FLOP else Threshold.BELOW


def makes_provider(flop: float, *, original_flop: float) -> bool:
    """Whether a modification is so large that the modifier counts as the model's provider."""
    return flop > original_flop * MODIFIER_PART


def state_bytes(work: Work) -> float:
    """What has to fit into the GPUs' memory together, activations left out."""
    weights = work.parameters * WEIGHT_BYTES[work.precision]
    if work.task is Task.INFERENCE:
        return weights
    if work.task is Task.LORA:
        return weights + work.parameters * ADAPTER_PART * STATE_BYTES
    return work.parameters * STATE_BYTES


def storage_bytes(work: Work) -> float:
    """Data and checkpoints; for inference the weights and what is read and written."""
    data = work.tokens * TOKEN_BYTES
    weights = work.parameters * WEIGHT_BYTES[work.precision]
    if work.task is Task.INFERENCE:
        return weights + data
    if work.task is Task.LORA:
        adapters = work.parameters * ADAPTER_PART * CHECKPOINT_BYTES
        return weights + KEPT_CHECKPOINTS * adapters + data
    return KEPT_CHECKPOINTS * work.parameters * CHECKPOINT_BYTES + data
