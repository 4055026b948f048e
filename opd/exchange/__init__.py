"""Between lists and records: what a stored programme says in a sheet's words, and what a sheet would change.

opd.imports knows sheets and no database; here both meet. `shapes` puts records into the values of an import and back,
`reference` collects what a person's file is compared with, `comparing` decides row by row, `listing` writes lists out.
"""
