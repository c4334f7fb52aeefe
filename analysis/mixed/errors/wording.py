"""What a fit says about its residual structure, in plain words."""

from __future__ import annotations

from .structure import ResidualStructure


def structure_notes(structure: ResidualStructure) -> tuple[str, ...]:
    """One sentence about the correlation and one about the variances, when they were estimated."""
    return (*_correlation_note(structure), *_variance_note(structure))


def _correlation_note(structure: ResidualStructure) -> tuple[str, ...]:
    correlation = structure.correlation_per_unit
    if correlation is None:
        return ()
    if structure.kind == "ar1":
        return (
            f"Residuals of neighbouring visits of a patient ('{structure.time}') are correlated {correlation:.2f}, and"
            " less with every visit between (AR(1)).",
        )
    if correlation == 0.0:
        return (
            "The residual correlation within a patient is estimated as zero: beyond the random effects, rows close in"
            f" '{structure.time}' are not more alike than others.",
        )
    return (
        f"The residual correlation within a patient falls to 1/e over {structure.range_days:.3g} units of"
        f" '{structure.time}'.",
    )


def _variance_note(structure: ResidualStructure) -> tuple[str, ...]:
    if not structure.levels:
        return ()
    reference, *others = structure.levels
    ratios = structure.variance_ratios[1:]
    listed = ", ".join(f"{level} {ratio:.3g}" for level, ratio in zip(others, ratios, strict=True))
    return (f"Residual variance by {structure.by}, as a multiple of that of {reference}: {listed}.",)
