"""What a caller may ask of the residuals, checked before any row is read."""

from __future__ import annotations

from dataclasses import dataclass

from ..refusal import ModelRefused

KINDS = ("independent", "ar1", "exponential")


@dataclass(frozen=True)
class ErrorOptions:
    """Columns and kind of a residual structure. ``kind`` is the correlation of a patient's rows.

    ``weights`` holds prior weights (residual variance sigma²/weight), ``time`` days (or, for "ar1", visit
    numbers), ``by`` a category with a residual variance per level.
    """

    weights: str | None = None
    kind: str = "independent"
    time: str | None = None
    by: str | None = None

    @property
    def is_correlated(self) -> bool:
        """Whether rows of a patient are correlated beyond their random effects."""
        return self.kind != "independent"

    @property
    def has_parameters(self) -> bool:
        """Whether the structure has something to estimate (prior weights have not)."""
        return self.is_correlated or self.by is not None

    @property
    def is_plain(self) -> bool:
        """Independent residuals with one variance."""
        return not self.has_parameters and self.weights is None


PLAIN = ErrorOptions()


def check_errors(options: ErrorOptions, df: str) -> None:
    """Spellings and what must come together. Raises ModelRefused saying what to change."""
    if options.kind not in KINDS:
        raise ModelRefused(
            f"There is no residual structure '{options.kind}'.", "Use 'independent', 'ar1' or 'exponential'."
        )
    if options.is_correlated and options.time is None:
        needed = "the days" if options.kind == "exponential" else "the visit numbers"
        raise ModelRefused(
            f"residual='{options.kind}' needs to know when each row was measured.",
            f"Name the column of {needed} as residual_time.",
        )
    if options.time is not None and not options.is_correlated:
        raise ModelRefused(
            f"residual_time='{options.time}' is not used by independent residuals.",
            "Use residual='ar1' or residual='exponential', or leave residual_time out.",
        )
    if options.has_parameters and df == "kenward-roger":
        raise ModelRefused(
            "Kenward-Roger needs a covariance that is linear in its parameters, and with this residual structure it is"
            " not worked out.",
            "Use df='satterthwaite'.",
        )


def check_can_prepare(options: ErrorOptions) -> None:
    """Raises ModelRefused for a structure whose parameters change the per-patient sums at every step of a fit."""
    if options.has_parameters:
        raise ModelRefused(
            "A prepared model keeps sums over each patient's rows, and a residual structure that is estimated changes"
            " them at every step.",
            "Use fit_mixed_model on the rows of each cohort.",
        )
