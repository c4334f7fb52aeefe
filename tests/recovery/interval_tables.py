"""The coverage and bias tables of one model over several study sizes, as markdown."""

import pandas as pd

from .intervals import EVERY, INTERVALS, bias, coverage

SHORT = {"normal": "normal", "satterthwaite": "Satterthwaite", "kenward-roger": "Kenward-Roger"}


def _shared_line(patients: int, found: pd.DataFrame) -> str:
    flags = ["singular", "without_kenward_roger", "simpler_covariance"]
    fitted = found[found["quantity"] != "refused"].groupby("study")[flags].first().astype(bool)
    studies = found["study"].nunique()
    remarks = {
        "without Kenward-Roger": fitted["without_kenward_roger"].sum(),
        "with a simpler covariance than asked for": fitted["simpler_covariance"].sum(),
        "refused": studies - len(fitted),
    }
    said = [f"{studies:,} studies", f"{fitted['singular'].mean():.1%} singular"]
    said += [f"{count} {remark}" for remark, count in remarks.items() if count]
    return f"{patients} patients: {', '.join(said)}"


def coverage_table(by_size: dict[int, pd.DataFrame]) -> str:
    """Per cent of intervals that hold the truth: a line per coefficient, a column per size and kind of interval."""
    tables = {patients: coverage(found) for patients, found in by_size.items()}
    heads = [f"{patients} {SHORT[intervals]}" for patients in tables for intervals in INTERVALS]
    lines = ["| | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    quantities = next(iter(tables.values())).loc["normal"].index
    for quantity in quantities:
        cells = []
        for table in tables.values():
            for intervals in INTERVALS:
                row = table.loc[(intervals, quantity)]
                error = f" ± {100 * row['mc_error']:.1f}" if quantity == EVERY else ""
                cells.append(f"{100 * row['coverage']:.1f}{error}")
        lines.append(f"| {quantity if quantity == EVERY else _code(quantity)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def bias_table(by_size: dict[int, pd.DataFrame]) -> str:
    """Mean error of each estimate ± one Monte Carlo error: a column per size."""
    tables = {patients: bias(found) for patients, found in by_size.items()}
    lines = [
        "| | truth | " + " | ".join(f"{patients} patients" for patients in tables) + " |",
        "|---|---|" + "---|" * len(tables),
    ]
    first = next(iter(tables.values()))
    for quantity, truth in first["truth"].items():
        cells = [
            f"{table.loc[quantity, 'bias']:+.3f} ± {table.loc[quantity, 'mc_error']:.3f}" for table in tables.values()
        ]
        name = quantity if " " in str(quantity) else _code(quantity)
        lines.append(f"| {name} | {truth:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _code(term: object) -> str:
    return f"`{term}`"


def model_report(name: str, by_size: dict[int, pd.DataFrame]) -> str:
    """Both tables of one model under its name, with what happened to its studies."""
    shares = "; ".join(_shared_line(patients, found) for patients, found in by_size.items())
    return "\n\n".join(
        [
            f"### {name[0].upper()}{name[1:]}",
            f"{shares}. Coverage in per cent (one coefficient: ± 0.7 for 1,000 studies), then bias.",
            coverage_table(by_size),
            bias_table(by_size),
        ]
    )
