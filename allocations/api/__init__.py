"""Compute time over REST. One module for each kind of resource: what it shows, what it calls."""
