"""The GPU-hour estimator: what to compute, and how."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..estimates import GPUS, Task, Work

BILLION = 1e9


class EstimateForm(forms.Form):
    """Read from the address, so that an estimate can be kept as a bookmark."""

    TASKS = [
        (Task.TRAIN, _("Train a model from scratch")),
        (Task.FINE_TUNE, _("Fine-tune all weights of a model")),
        (Task.LORA, _("Fine-tune with LoRA adapters")),
        (Task.INFERENCE, _("Run a model (inference)")),
    ]
    PRECISIONS = [
        ("bf16", _("BF16 or FP16, the usual one")),
        ("fp8", _("FP8, on GH200 only")),
        ("fp32", _("FP32, computed as TF32")),
    ]

    task = forms.ChoiceField(
        label=_("What do you want to do?"),
        choices=TASKS,
        initial=Task.FINE_TUNE,
        widget=forms.RadioSelect,
    )
    parameters = forms.FloatField(
        label=_("Parameters of the model, in billions"),
        min_value=0.001,
        max_value=100_000,
        initial=7,
        help_text=_("For a mixture of experts: those that are active for one token."),
    )
    tokens = forms.FloatField(
        label=_("Tokens, in billions"),
        min_value=0.001,
        max_value=1_000_000,
        initial=2,
        help_text=_(
            "All passes over the data together. For inference: what is read and written. A word "
            "has about 1.3 tokens in English and 2 in German."
        ),
    )
    original_tokens = forms.FloatField(
        label=_("Tokens the model was first trained on, in billions"),
        required=False,
        min_value=0.001,
        max_value=1_000_000,
        help_text=_("For fine-tuning: shows whether you would count as the model’s provider."),
    )
    gpu = forms.ChoiceField(
        label=_("GPU"),
        choices=[(key, f"{gpu.name} ({gpu.machine})") for key, gpu in GPUS.items()],
        initial="gh200",
    )
    gpus = forms.IntegerField(
        label=_("GPUs at once"),
        min_value=1,
        max_value=100_000,
        initial=16,
        help_text=_("Whole nodes of 4 GPUs are charged."),
    )
    precision = forms.ChoiceField(label=_("Precision"), choices=PRECISIONS, initial="bf16")
    utilisation = forms.IntegerField(
        label=_("Utilisation of the GPUs in percent"),
        min_value=1,
        max_value=100,
        initial=40,
        help_text=_(
            "Of the peak in the data sheet. 40 is good for training on many GPUs; inference often "
            "reaches 10 to 20."
        ),
    )
    margin = forms.IntegerField(
        label=_("Margin for failures and trials in percent"),
        min_value=0,
        max_value=300,
        initial=25,
        help_text=_("Jobs that break off, restarts, and runs that only try out settings."),
    )

    def clean(self):
        answers = super().clean()
        gpu, precision = answers.get("gpu"), answers.get("precision")
        if gpu and precision and precision not in GPUS[gpu].peaks:
            self.add_error(
                "precision",
                _("%(gpu)s cannot compute in this precision. Choose BF16.")
                % {"gpu": GPUS[gpu].name},
            )
        return answers

    def work(self, *, job_seconds):
        """The answers as ``estimate`` takes them; ``job_seconds`` is the machine's longest job."""
        answers = self.cleaned_data
        return Work(
            task=Task(answers["task"]),
            parameters=answers["parameters"] * BILLION,
            tokens=answers["tokens"] * BILLION,
            precision=answers["precision"],
            utilisation=answers["utilisation"] / 100,
            margin=answers["margin"] / 100,
            gpus=answers["gpus"],
            job_seconds=job_seconds,
        )

    @property
    def chosen_gpu(self):
        return GPUS[self.cleaned_data["gpu"]]

    @property
    def original_flop(self):
        """What the model was first trained with; nothing where it is not known or not asked."""
        answers = self.cleaned_data
        tokens = answers["original_tokens"]
        if tokens is None or answers["task"] not in {Task.FINE_TUNE, Task.LORA}:
            return None
        return 6 * answers["parameters"] * BILLION * tokens * BILLION
