"""A fit under repetition: simulated from the model, or from patients drawn again."""
