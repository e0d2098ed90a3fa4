"""Say how good the portal's forecasts have been."""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand

from allocations.flows.calibration import calibrate
from allocations.flows.scores import score_forecasts

ALL = "all"


class Command(BaseCommand):
    help = (
        "Scores the stored forecasts and prints, by horizon and size class, how many of the "
        "ranges from p10 to p90 held the true start, and the median error of p50."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, **options):
        score_forecasts()
        rows = calibrate()
        if options["json"]:
            self.stdout.write(
                json.dumps([asdict(row) | {"coverage": row.coverage} for row in rows], indent=1)
            )
            return
        self.stdout.write(
            f"{'horizon':<10}{'size':<10}{'scored':>8}{'coverage':>11}{'median error':>15}"
        )
        for row in rows:
            coverage = "-" if row.coverage is None else f"{row.coverage:.1f} %"
            error = "-" if row.median_error is None else f"{row.median_error:,} s"
            self.stdout.write(
                f"{row.horizon or ALL:<10}{row.size_class or ALL:<10}{row.scored:>8,}"
                f"{coverage:>11}{error:>15}"
            )
