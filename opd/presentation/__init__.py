"""Rows as the pages print them: every number, day and status is text by the time a template sees it."""
