"""Lists of agencies as workbooks, read without a database: find the table, map its columns, check every row.

book = open_workbook(file, name)                            # raises NotReadable, its message is for people
table = tables_in(book, kind, year)[0]
proposal = propose(table, kind, year_of(table, kind, year), remembered)
proposal = proposal.with_choices({"E": "name"})             # what a person corrected
if not proposal.missing:
    for answer in read_rows(table, proposal, reference): ...
"""

from opd.imports.answers import Answer
from opd.imports.exporting import Export
from opd.imports.fields import Field, Kind, choices_of, field_of, fields_of, header_of, label_of
from opd.imports.mapping import Proposal, ProposedColumn, layout_of, propose, tables_in, year_of
from opd.imports.reading import Converted, RowAnswer, read_rows
from opd.imports.reference import Agency, Dimension, Reference, Sub
from smartcity.lib.spreadsheets import NotReadable, open_workbook, table_at

__all__ = [
    "Agency",
    "Answer",
    "Converted",
    "Dimension",
    "Export",
    "Field",
    "Kind",
    "NotReadable",
    "Proposal",
    "ProposedColumn",
    "Reference",
    "RowAnswer",
    "Sub",
    "choices_of",
    "field_of",
    "fields_of",
    "header_of",
    "label_of",
    "layout_of",
    "open_workbook",
    "propose",
    "read_rows",
    "table_at",
    "tables_in",
    "year_of",
]
