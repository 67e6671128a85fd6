"""What can stop a release from being made or published. Each is shown without a traceback, with its exit code.

DaylightError (schemas.errors)
├── NothingSubmitted       2    there is nothing to build from where a person said it is
├── SubmissionRefused     10    a file from an agency has errors, or a warning nobody has accepted
├── DisclosureRefused     11    a table cannot be published without giving people away
├── PublicationFailed     13    the destination did not take the release; says what state it is in
└── SettingsError         14    an option, variable or file of settings is wrong
"""

from schemas.errors import DaylightError


class NothingSubmitted(DaylightError):
    """No submission of the county lies in the folder; says where nothing was found."""

    exit_code = 2


class SubmissionRefused(DaylightError):
    """At least one submission was refused; the message is the report, without any cell's value."""

    exit_code = 10


class DisclosureRefused(DaylightError):
    """No way was found to publish a table safely; names tables and periods, never values."""

    exit_code = 11


class PublicationFailed(DaylightError):
    """The release was not published; says what the destination shows now."""

    exit_code = 13


class SettingsError(DaylightError):
    """A setting is missing or does not make sense; says where it comes from and what it should be."""

    exit_code = 14
