"""What happened, and what is to happen: to be read, never edited."""

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Deadline, Holiday, Transition
from ..templatetags.portal import state_label
from .acts import ReadOnlyMixin


@admin.register(Transition)
class TransitionAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["at", "about", "kind", "left", "reached", "by", "reason"]
    list_display_links = ["at"]
    list_filter = [("subject_type", admin.RelatedOnlyFieldListFilter), "to_state"]
    list_select_related = ["by", "subject_type"]
    search_fields = ["note", "by__name", "by__email"]
    fields = ["about", "kind", "left", "reached", "at", "recorded_at", "by", "reason"]
    readonly_fields = ["about", "kind", "left", "reached", "reason"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        """Without what is sealed: who belongs to a subject reads here too."""
        sealed = [model for model in apps.get_models() if getattr(model, "sealed_history", False)]
        types = ContentType.objects.get_for_models(*sealed).values()
        return (
            super()
            .get_queryset(request)
            .exclude(subject_type__in=types)
            .prefetch_related("subject")
        )

    @admin.display(description=_("about"))
    def about(self, transition):
        return transition.subject

    @admin.display(description=_("kind"))
    def kind(self, transition):
        return transition.subject_type.name

    @admin.display(description=_("from"))
    def left(self, transition):
        return state_label(transition, "from_state")

    @admin.display(description=_("to"))
    def reached(self, transition):
        return state_label(transition)

    @admin.display(description=_("note"))
    def reason(self, transition):
        # The portal's own notes are stored in English.
        return gettext(transition.note) if transition.note else ""


@admin.register(Deadline)
class DeadlineAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ["due_at", "kind", "about", "met_at", "fired_at", "failure"]
    list_filter = ["kind", ("fired_at", admin.EmptyFieldListFilter), "due_at"]
    fields = ["kind", "subject_type", "about", "due_at"]
    fields += ["paused_at", "resumed_at", "met_at", "fired_at", "failure"]
    readonly_fields = ["about"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("subject")

    @admin.display(description=_("about"))
    def about(self, deadline):
        return deadline.subject


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ["day", "name"]
    date_hierarchy = "day"
