from django.core.management.base import BaseCommand, CommandError

from allocations.flows.revisions import check_revisions


class Command(BaseCommand):
    help = "Recompute the hash of every frozen revision and of every file in it."

    def handle(self, *args, **options):
        broken = check_revisions()
        for sentence in broken:
            self.stderr.write(sentence)
        if broken:
            raise CommandError(f"{len(broken)} broken.")
        self.stdout.write("Every revision is as it was handed in.")
