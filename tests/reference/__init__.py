"""Numbers from R: lme4, lmerTest and emmeans at a tightened optimum, and the scripts that made them."""
