"""Minutes of a panel (berita acara): the closed consensus as a PDF to be signed. Made of its frozen payload alone."""
