from django.core.management.base import BaseCommand, CommandError

from allocations.flows.audit import check_ledger


class Command(BaseCommand):
    help = "Recompute the ledger from its entries and list each broken invariant by name."

    def handle(self, *args, **options):
        broken = 0
        for invariant, breaches in check_ledger():
            broken += bool(breaches)
            mark = "broken" if breaches else "holds "
            self.stdout.write(f"{mark}  {invariant.name}: {invariant.statement}")
            for breach in breaches:
                self.stdout.write(f"        {breach}")
        if broken:
            raise CommandError(f"{broken} invariants of the ledger are broken.")
        self.stdout.write(self.style.SUCCESS("The ledger is clean."))
