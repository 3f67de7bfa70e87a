"""What goes wrong with golden records, grouped by what the caller does next.

MasterDataError
├── GoldenMoved          someone decided meanwhile: gather and decide again
├── RecordTaken          an external record belongs to another crossref: ask which is right
├── NoSuchGolden         the id was never given, or was erased
├── BadPolicy            the policy file cannot be used: fix it, then start again
├── BadQualityRules      the file of quality rules cannot be used: fix it, then start again
└── ModelUnreadable      the comparison model cannot be used: fix it, or go back to the shipped one
"""


class MasterDataError(Exception):
    """A golden record could not be kept as asked."""


class GoldenMoved(MasterDataError):
    """A row changed between reading and writing."""


class RecordTaken(MasterDataError):
    """An external record is linked already, or a golden record has its record there already."""


class NoSuchGolden(MasterDataError):
    """There is no golden record of that id."""

    def __init__(self, golden_id: str) -> None:
        super().__init__(f"no golden record {golden_id}")


class BadPolicy(MasterDataError):
    """A survivorship policy is not understood."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"policy {text!r}: {reason}")


class BadQualityRules(MasterDataError):
    """A rule of quality is not understood."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"quality rule {text!r}: {reason}")


class ModelUnreadable(MasterDataError):
    """A comparison model cannot be used as it is written."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the comparison model cannot be read: {reason}")
