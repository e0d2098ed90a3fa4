"""The limits of Slurm, written down as plainly as possible: everybody is counted anew."""

from .reference import Reference


class Limited(Reference):
    """Jobs that partitions, QoS, associations and budgets keep back or refuse."""

    def __init__(self, nodes, policy, config, budgets):
        super().__init__(nodes, policy, budgets)
        self.config = config
        self.partitions = {one.name: one for one in config.partitions}
        self.qos = {one.name: one for one in config.qos}
        self.associations = {(one.account, one.user): one for one in config.associations}

    def limit(self, job, now):
        """What keeps ``job`` back besides nodes."""
        if self.beyond_partition(job):
            return "Partition"
        most, _, _ = self.first(job, "max_wall", "max_wall")
        if job.limit > most:
            return "MaxWall"
        running = [other for other, _ in self.running.values()]
        most, counts, _ = self.first(job, "max_jobs_per_user", "max_jobs")
        if sum(counts(other) for other in running) >= most:
            return "MaxJobs"
        if self.beyond_group(job, running) or self.beyond_quota(job, now):
            return "Grp"
        return None if self.pays(job, now) else "Budget"

    def beyond_partition(self, job):
        partition = self.partition(job)
        most = min(self.nodes, no_less(partition.max_nodes))
        fits = partition.min_nodes <= job.nodes <= most
        return not fits or job.limit > no_less(partition.max_time)

    def beyond_group(self, job, running):
        for holder in self.holders(job):
            used = sum(other.nodes for other in running if holder in self.holders(other))
            if used + job.nodes > no_less(holder.grp_nodes):
                return True
        return False

    def beyond_quota(self, job, now):
        for qos in self.all_qos(job):
            unit = 65_536 if qos.no_decay else self.weight(now)
            allowed = sum(
                other.nodes * (since + other.limit - now) * self.milli(other)
                for other, since in self.running.values()
                if qos in self.all_qos(other)
            )
            needed = allowed + job.nodes * job.limit * self.milli(job)
            if self.used[qos.name] // unit + needed > 1000 * no_less(qos.grp_node_seconds):
                return True
        return False

    def refusal(self, job, others):
        """Why ``job`` is not even let in."""
        most, counts, is_qos = self.first(job, "max_submit_per_user", "max_submit")
        if sum(counts(other) for other in others) >= most:
            return "QOSMaxSubmitJobPerUserLimit" if is_qos else "AssocMaxSubmitJobLimit"
        denying = any(qos.deny_on_limit for qos in self.all_qos(job))
        most, _, is_qos = self.first(job, "max_wall", "max_wall")
        if job.limit > most and not is_qos:
            return "AssocMaxWallDurationPerJobLimit"
        if job.limit > most and denying:
            return "QOSMaxWallDurationPerJobLimit"
        return self.denial(job) if denying else None

    def denial(self, job):
        if any(job.nodes > no_less(qos.grp_nodes) for qos in self.all_qos(job)):
            return "QOSGrpNodeLimit"
        cost = job.nodes * job.limit * self.milli(job)
        if any(cost > 1000 * no_less(qos.grp_node_seconds) for qos in self.all_qos(job)):
            return "QOSGrpNodeMinutes"
        return None

    def first(self, job, of_qos, of_association):
        """The first limit that is set, who counts for it, and whether it is a QoS's."""
        for qos in self.all_qos(job):
            if getattr(qos, of_qos) is not None:
                return getattr(qos, of_qos), self.in_qos(job, qos), True
        for one in self.path(job):
            if getattr(one, of_association) is not None:
                return getattr(one, of_association), self.in_account(job), False
        return no_less(None), self.in_account(job), False

    def in_qos(self, job, qos):
        return lambda other: other.user == job.user and qos in self.all_qos(other)

    def in_account(self, job):
        return lambda other: (other.account, other.user) == (job.account, job.user)

    def holders(self, job):
        return [*self.all_qos(job), *self.path(job)]

    def all_qos(self, job):
        names = dict.fromkeys([self.partition(job).qos, job.qos])
        return [self.qos[name] for name in names if name]

    def partition(self, job):
        return self.partitions[job.partition] if job.partition else self.config.partitions[0]

    def association(self, job):
        user = self.associations.get((job.account, job.user))
        return user or self.associations.get((job.account, ""))

    def path(self, job):
        """The associations of a job, from that of its user up to the root."""
        path, one = [], self.association(job)
        while one is not None:
            path.append(one)
            above = self.above(one)
            one = self.associations.get(above) if above else None
        root = self.associations.get((None, ""))
        return path + ([root] if root and root not in path else [])

    def above(self, one):
        """The key of the account above; nothing for those below the root."""
        account = one.account if one.user else one.parent
        return None if account is None else (account, "")

    def milli(self, job):
        return round(1000 * self.qos[job.qos].usage_factor) if job.qos else 1000

    # Budgets

    def charge(self, job, seconds):
        return job.nodes * seconds * self.milli(job) // 1000

    def pays(self, job, now, *ahead):
        if job.account not in self.available:
            known = any(one.account == job.account for one in self.config.associations)
            return job.account is None or known
        ends_at = self.ends_at[job.account]
        if ends_at is not None and now >= ends_at:
            return False
        return self.charge(job, job.limit) <= self.available[job.account]

    def start(self, job, now, started):
        self.waiting.remove(job)
        self.seen.remove(job)
        self.running[job.id] = (job, now)
        self.free -= job.nodes
        if job.account in self.available:
            self.available[job.account] -= self.charge(job, job.limit)
        started.append(job)

    def leave(self, job, started, now):
        del self.running[job.id]
        self.queued.discard(job.id)
        self.free += job.nodes
        if job.account in self.available:
            unused = self.charge(job, job.limit) - self.charge(job, now - started)
            self.available[job.account] += unused


def no_less(limit):
    return 10**30 if limit is None else limit
