"""Forms of the agencies and of those who keep the plan, one file for each thing that is filled in."""
