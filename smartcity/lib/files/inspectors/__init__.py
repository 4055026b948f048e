"""What looks inside an uploaded file, in a process of its own: imports neither Django nor the portal.

`child.py` is the door; `identify.py` says what a file is, `images.py`, `pdfs.py` and `office.py` read one
family each. Every import in this package is relative: the process finds it without loading `smartcity`.
"""
