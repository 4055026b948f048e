"""What the goals are compared with. Frozen: no file here imports the project, and none is tuned.

A changed file here is another comparison: give its goal a new id.
"""
