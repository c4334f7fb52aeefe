"""Print the coverage table: python -m tests.recovery [number of studies, 500]."""

import sys
import time

from .coverage import recovered, summarise

studies = int(sys.argv[1]) if len(sys.argv) > 1 else 500
started = time.perf_counter()
found = recovered(studies)
table = summarise(found)
print(
    f"{studies} studies, {time.perf_counter() - started:.0f} s, "
    f"{found.groupby('study')['singular'].first().mean():.1%} of the fits singular\n"
)
print("| at session six | coverage of 95 % intervals | bias, PHQ-9 points | mean SE | SD of the errors |")
print("|---|---|---|---|---|")
for name, row in table.iterrows():
    coverage = f"{row['coverage']:.3f} ± {row['coverage_mc_error']:.3f}"
    bias = f"{row['bias']:+.3f} ± {row['bias_mc_error']:.3f}"
    print(f"| {name} | {coverage} | {bias} | {row['mean_std_error']:.3f} | {row['empirical_sd']:.3f} |")
