"""What users do, in figures: the parameters of the workload model and where they are from.

[LF] U. Lublin, D. G. Feitelson, "The workload on parallel supercomputers: modeling the
characteristics of rigid jobs", JPDC 63 (2003), and the parameters of their published model
for all jobs together. [KTH], [Gaia], [Theta]: measured on three logs, KTH-SP2 (1996) and
UniLu-Gaia (2014) of the Parallel Workloads Archive and Theta (2022), a machine of 4,360
nodes for large jobs.
"""

# Arrivals in each hour (UTC), in thousandths. [LF]: Gamma(8.1737, 3.9631) over the half
# hours of a day, which begins at 5:00 of a local time taken as UTC+1.
HOURS = (
    16, 13, 10, 8, 8, 16, 26, 37, 49, 59, 68, 73, 76, 76, 73, 69, 63, 57, 50, 43, 36, 30, 25, 20,
)  # fmt: skip

# Work on each day from Monday on, in % of the mean day. The weekend is that of [KTH] and
# [Gaia]; on working days the two differ more from one another than the days do.
WEEKDAYS = (114, 114, 113, 113, 110, 69, 67)

# Sizes [LF]: jobs of one node, jobs of a power of two, and any size; for the latter two,
# the logarithm of the size is uniform in two stages, one up to a 2**3.5th of the machine.
SERIAL = 0.244
POWER_OF_TWO = 0.576
LOWER_STAGE = 0.95  # at the end that leans to small jobs of what [LF] allow, 0.7 to 0.95
UPPER_OCTAVES = 4
WHOLE_MACHINE = 0.0005  # of all jobs: now and then somebody runs a benchmark

# Limits in minutes and their shares: round figures, as in Mu'alem and Feitelson, TPDS 12
# (2001), up to the longest limit on JUPITER. That of two limits a large job takes the longer
# and a small one the shorter gives the correlation of size and run time of [LF] and [Theta].
LIMITS = {
    10: 4, 15: 3, 20: 3, 30: 10, 45: 2, 60: 17, 90: 3, 120: 13, 180: 9, 240: 9, 300: 2,
    360: 9, 480: 5, 600: 3, 720: 8,
}  # fmt: skip

# The part of the limit, in %, that the job at each 20th of all jobs would run: the mean
# quantiles of [KTH] and [Theta], and for the last tenth jobs that the limit cuts.
PERCENT_OF_LIMIT = (
    0, 1, 2, 4, 7, 12, 21, 31, 41, 51, 60, 70, 79, 86, 90, 94, 96, 99, 100, 105, 125,
)  # fmt: skip

# How many alike jobs a user submits in a row, and their shares: a job repeats the size and
# the limit of the user's last one with a probability of 0.66, between 0.47 [KTH] and 0.94 [Gaia].
CAMPAIGNS = {1: 60, 2: 15, 3: 7, 4: 5, 6: 4, 8: 3, 12: 3, 20: 2, 40: 1}

# Seconds between two of them at each 20th, with at most an hour between them. [KTH]
GAPS = (
    0, 2, 6, 13, 20, 28, 41, 59, 79, 118, 159, 202, 258, 330, 421, 542, 726, 992, 1414, 2248, 3600,
)  # fmt: skip

# Three in four of them run for half to twice as long as the one before [KTH; Gaia: 0.85]:
# most have their place among all jobs by the part of the limit they use close to it.
ALIKE = 0.75
SCATTER = 0.03

# Jobs of some users are frequent: with USERS * u**2 for a uniform u the most active of 200
# would submit 7 % of all, as the most active of 214 did in [KTH] (8 %).
USERS = 100  # of each tenant

FAILING_PERCENT = 3
FAILURES = (1, 1, 1, 2, 134, 137, 139)
