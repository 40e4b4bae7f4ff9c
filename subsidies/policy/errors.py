"""What can be wrong with a policy file or with the input of one evaluation.

Every message is one line of Chinese that a clerk can act on.
"""


class PolicyError(Exception):
    """Anything that stops an evaluation before a decision is made."""


class PolicyFileError(PolicyError):
    """One or more faults in a policy file; each fault names file, line and key."""

    def __init__(self, faults):
        self.faults = list(faults)
        super().__init__("；".join(self.faults))


class UnknownProvision(PolicyError):
    """No provision of that id is in the loaded policies."""


class FactError(PolicyError):
    """A fact is not in the catalogue, or its value is not of the fact's kind."""


class ParameterError(PolicyError):
    """A local parameter is not declared by the policy, or its value is out of range."""


class InputError(PolicyError):
    """Something wrong with the command line, or with what somebody asks to be done."""


class CaseFileError(PolicyError):
    """A file of worked cases is malformed."""
