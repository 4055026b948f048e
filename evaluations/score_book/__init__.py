"""An assessor's scores as a workbook: written for one seat, filled outside the portal, read back after a look.

writing.py makes it, reading.py turns a filled one into rows, comparing.py says what each row would change;
actions/score_book.py saves what the assessor consented to. Nothing of an upload is kept: the rows travel in
the page, signed, until they are saved (docs/adr/0023).
"""
