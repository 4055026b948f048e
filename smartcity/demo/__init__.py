"""The demonstration: Kota Tanjungpinang, the journey of 2022 replayed, and a practice year to work in.

Real facts come from `opd/data`; whatever is invented here is marked as an example in the row itself,
so that every page and every report can say so.
"""
