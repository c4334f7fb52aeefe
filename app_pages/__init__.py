"""The pages: what people see. A page asks, shows, and never computes."""
