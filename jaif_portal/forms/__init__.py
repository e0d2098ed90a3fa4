from .tokens import TokenForm

__all__ = ["TokenForm"]
