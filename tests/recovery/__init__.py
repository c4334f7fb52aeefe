"""Simulate, fit, recover: do the model's intervals hold what they promise?"""
