"""What can go wrong in the declarations and in a published release.

DaylightError                   shown to a person without a traceback; has an exit code
├── DefinitionError       15    a declaration is wrong: mend the file in `schemas/`
└── ReleaseDamaged        12    a release or catalogue is not as it was published
(`etl.errors` adds the errors of making and publishing a release.)
"""


class DaylightError(Exception):
    """Something a person can mend; `exit_code` is what the command returns (contract, section 2)."""

    exit_code = 1


class DefinitionError(DaylightError):
    """A dataset, vocabulary or law reference in `schemas/` contradicts itself or another."""

    exit_code = 15


class ReleaseDamaged(DaylightError):
    """Files of a release or catalogue are missing, altered or do not agree with each other."""

    exit_code = 12
