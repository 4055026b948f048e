"""Forms of the evaluation."""
