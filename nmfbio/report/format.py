"""Numbers and lists as a reader expects them."""

import math
from collections.abc import Iterable
from typing import Any

UNDEFINED = "not defined"
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def is_undefined(value: Any) -> bool:
    """Say whether a value is None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or value != value


def format_number(value: float | None, digits: int = 3) -> str:
    """Write a number with a fixed count of decimals; large ones grouped, undefined ones in words.

    Examples
    --------
    >>> format_number(0.98765), format_number(16277756.4268), format_number(float("nan"))
    ('0.988', '16,277,756', 'not defined')
    """
    if is_undefined(value):
        return UNDEFINED
    if math.isinf(value):
        return "infinite"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    written = f"{value:.{digits}f}"
    return written.lstrip("-") if float(written) == 0 else written


def format_share(value: float | None) -> str:
    """Write a share between 0 and 1 as a percentage.

    Examples
    --------
    >>> format_share(0.876), format_share(0.9996), format_share(0.003), format_share(None)
    ('88 %', 'over 99.9 %', '0.3 %', 'not defined')
    """
    if is_undefined(value):
        return UNDEFINED
    if 0.9995 <= value < 1:
        return "over 99.9 %"
    if 0 < value < 0.0005:
        return "under 0.1 %"
    if 0.995 <= value < 1 or 0 < value < 0.05:
        return f"{100 * value:.1f} %"
    return f"{100 * value:.0f} %"


def format_count(count: int, singular: str, plural: str | None = None) -> str:
    """Write a count with its noun: '1 sample', '5,000 genes'."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def format_list(items: Iterable[Any], last: str = "and") -> str:
    """Join items as in a sentence: 'a, b and c'."""
    words = [str(item) for item in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def format_ranks(ranks: Iterable[int]) -> str:
    """Write ranks as 'rank 3', 'ranks 2 to 6' or 'ranks 2, 4 and 8'."""
    numbers = sorted(ranks)
    if len(numbers) == 1:
        return f"rank {numbers[0]}"
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"ranks {numbers[0]} to {numbers[-1]}"
    return f"ranks {format_list(numbers)}"


def spell_number(number: int) -> str:
    """Write small numbers in words, others in digits."""
    return NUMBER_WORDS[number] if 0 <= number < len(NUMBER_WORDS) else f"{number:,}"


def name_in_words(name: Any) -> str:
    """Write the name of a metagene or a check for reading: 'metagene 1'."""
    return "" if is_undefined(name) else str(name).replace("_", " ")
