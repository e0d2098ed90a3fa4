"""Simulations in machine code. Importing any module of it needs numba; ``kernel`` is the way in."""
