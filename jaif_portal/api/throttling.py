"""How many requests somebody may send, and how many they have left."""

import math

from rest_framework import throttling


class _Telling:
    """Leave on the request what is left of the tightest limit that counted it."""

    def allow_request(self, request, view):
        self.history = None
        allowed = super().allow_request(request, view)
        if self.history is not None:
            counted = getattr(request._request, "throttles", [])
            request._request.throttles = [*counted, self]
        return allowed

    @property
    def left(self):
        return max(0, self.num_requests - len(self.history))

    @property
    def seconds_to_reset(self):
        """Until the oldest request that was counted is forgotten."""
        oldest = self.history[-1] if self.history else self.now
        return math.ceil(oldest + self.duration - self.now)


class AnonymousThrottle(_Telling, throttling.AnonRateThrottle):
    pass


class PersonThrottle(_Telling, throttling.UserRateThrottle):
    pass


class RateLimitMiddleware:
    """``RateLimit`` and ``RateLimit-Policy``, as the draft of the IETF's HTTPAPI group has them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if throttles := getattr(request, "throttles", None):
            it = min(throttles, key=lambda throttle: throttle.left)
            response["RateLimit-Policy"] = f'"{it.scope}";q={it.num_requests};w={it.duration}'
            response["RateLimit"] = f'"{it.scope}";r={it.left};t={it.seconds_to_reset}'
        return response
