"""Shares (part over whole) as everyone prints them: from how many cases on as a percentage, and how sure a sample is."""

from statistics import NormalDist

PERCENT_FROM = 20
"""The least denominator for which a percentage is printed; below it only counts are (domain, section D.4)."""
_CONFIDENCE = 0.95


def wilson(successes: float, cases: float, confidence: float = _CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval for a proportion seen in a random sample (Wilson 1927, JASA 22)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / cases
    middle = share + z * z / (2 * cases)
    spread = z * ((share * (1 - share) + z * z / (4 * cases)) / cases) ** 0.5
    return (middle - spread) / (1 + z * z / cases), (middle + spread) / (1 + z * z / cases)
