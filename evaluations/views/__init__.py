"""The pages of the evaluation, one module for each thing a person does."""
