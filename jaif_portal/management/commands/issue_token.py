"""A token for the REST interface from the command line, for scripts and first steps."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ...flows.tokens import issue_token
from ...models.tokens import Scope


class Command(BaseCommand):
    help = "Issue an access token and print its secret, which is shown this once."

    def add_arguments(self, parser):
        parser.add_argument("email", help="whose token it is")
        parser.add_argument("--name", default="command line", help="where it is used")
        parser.add_argument("--days", type=int, default=30, help="how long it is valid")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do; may be repeated; everything where left out",
        )

    def handle(self, *, email, name, days, scope, **_options):
        user = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account with the address {email}.")
        _token, secret = issue_token(user, name=name, scopes=scope or Scope.values, days=days)
        self.stdout.write(secret)
