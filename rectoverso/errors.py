"""What goes wrong at the outermost edge. Each message is one plain sentence that says what to do.

    CommandError            ends the command with its exit code
      NotPossible           1   the request was understood and refused
      PartlyDone            3   some rows were refused, the others are done
      NotReachable          4   the server or the database does not answer
      WrongSettings         78  settings are wrong; starting again does not help

A wrong command line (unknown option, missing argument) ends with 2.
"""

from typing import ClassVar


class CommandError(Exception):
    """Ends a command; the message is what the person at the terminal reads."""

    exit_code: ClassVar[int] = 1


class NotPossible(CommandError):
    """The request was understood and refused."""


class PartlyDone(CommandError):
    """Some rows were refused, the others are done."""

    exit_code = 3


class NotReachable(CommandError):
    """The server or the database does not answer."""

    exit_code = 4


class WrongSettings(CommandError):
    """Settings are wrong; starting again does not help."""

    exit_code = 78
