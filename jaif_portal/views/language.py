"""The switch of the language."""

from django.conf import settings
from django.views import i18n
from django.views.decorators.http import require_POST


@require_POST
def set_language(request):
    """Show the pages in the chosen language from now on, and write mails in it too."""
    language = request.POST.get("language")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return i18n.set_language(request)
