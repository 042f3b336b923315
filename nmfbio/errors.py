"""Errors that a user caused and can cure.

The workflow prints their message alone, without a traceback, and exits with status 2.
"""


class NmfbioError(Exception):
    """An error whose message tells the user where it is, what was found, what was expected and the cure."""


class ConfigError(NmfbioError):
    """A key or value of the YAML configuration is wrong."""


class InputError(NmfbioError):
    """A file or matrix cannot be used as it is.

    Parameters
    ----------
    place
        File, and row, column or key within it.
    found
        What stands there.
    expected
        What should stand there.
    cure
        What the user can do about it, as a full sentence.
    """

    def __init__(self, place: str, found: str, expected: str, cure: str):
        super().__init__(f"{place}: found {found}; expected {expected}. {cure}")


def first_line_of(error: Exception) -> str:
    """Give the first line of what another library says, or the error's name if it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0]
