"""From a snapshot to an archive: contents.py says what lies where, sheets.py draws the tables, archive.py packs.

The same snapshot gives the same bytes: nothing here asks the clock, an address, a key of the database or the
order of a set (docs/adr/0021).
"""
