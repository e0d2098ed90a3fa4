"""Which nodes a job gets, as plainly as possible: lists of node numbers."""


def closest(machine, allowed, count):
    """The ``count`` of the ``allowed`` nodes that lie closest; ``machine`` is cells of racks."""
    racks = [[sorted(allowed & set(rack))] for racks in machine for rack in racks]
    cells = [[sorted(allowed & set(rack)) for rack in racks] for racks in machine]
    for groups in (racks, cells):
        holding = [group for group in groups if size(group) >= count]
        if holding:
            return from_racks(min(holding, key=size), count)
    chosen = set()
    while all(size(cell) < count for cell in cells):
        largest = max(cells, key=size)
        cells.remove(largest)
        chosen |= {node for rack in largest for node in rack}
        count -= size(largest)
    enough = [cell for cell in cells if size(cell) >= count]
    return chosen | from_racks(min(enough, key=size), count)


def size(racks):
    return sum(len(rack) for rack in racks)


def from_racks(racks, count):
    chosen, racks = set(), list(racks)
    while count:
        enough = [rack for rack in racks if len(rack) >= count]
        if enough:
            return chosen | from_runs(min(enough, key=len), count)
        largest = max(racks, key=len)
        racks.remove(largest)
        chosen |= set(largest)
        count -= len(largest)
    return chosen


def from_runs(rack, count):
    runs = []
    for node in rack:
        if runs and runs[-1][-1] == node - 1:
            runs[-1].append(node)
        else:
            runs.append([node])
    chosen = set()
    while count:
        enough = [run for run in runs if len(run) >= count]
        run = min(enough, key=len) if enough else max(runs, key=len)
        runs.remove(run)
        chosen |= set(run[:count])
        count -= len(run[:count])
    return chosen
