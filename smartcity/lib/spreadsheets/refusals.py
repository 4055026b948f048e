"""Why a whole workbook is turned away, in sentences: what was found, what is wanted, what was saved."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from smartcity.lib.files.inspectors.facts import Rejected


class NotReadable(Exception):
    """A file no table can be read from. `code` is IMP-…, `message` the sentence to show."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.message = str(_SENTENCES[code]) % values
        super().__init__(self.message)


_SENTENCES: Mapping[str, Promise] = {
    "IMP-EMPTY": gettext_lazy(
        "File '%(name)s' is empty. Choose the workbook again. Nothing was saved. [IMP-EMPTY]"
    ),
    "IMP-SIZE": gettext_lazy(
        "File '%(name)s' is larger than %(limit)d MB. Leave out pictures and sheets that are not needed, then "
        "upload it again. Nothing was saved. [IMP-SIZE]"
    ),
    "IMP-TYPE": gettext_lazy(
        "File '%(name)s' is not a workbook the portal can read. Save it in Excel as XLSX or CSV (UTF-8), then "
        "upload it again. Nothing was saved. [IMP-TYPE]"
    ),
    "IMP-XLS": gettext_lazy(
        "File '%(name)s' is a workbook of the old kind (XLS) or has a password. Save it as XLSX without a "
        "password, then upload it again. Nothing was saved. [IMP-XLS]"
    ),
    "IMP-MACRO": gettext_lazy(
        "File '%(name)s' contains macros. Save it as XLSX without macros, then upload it again. Nothing was "
        "saved. [IMP-MACRO]"
    ),
    "IMP-LOCKED": gettext_lazy(
        "File '%(name)s' is protected by a password. Save it without one, then upload it again. Nothing was "
        "saved. [IMP-LOCKED]"
    ),
    "IMP-BROKEN": gettext_lazy(
        "File '%(name)s' cannot be read to its end: it is damaged or incomplete. Open it in Excel, save it "
        "anew, then upload it again. Nothing was saved. [IMP-BROKEN]"
    ),
    "IMP-XML": gettext_lazy(
        "File '%(name)s' contains declarations that Excel does not write. Open it in Excel, save it anew, then "
        "upload it again. Nothing was saved. [IMP-XML]"
    ),
    "IMP-BOMB": gettext_lazy(
        "File '%(name)s' is too heavy to be read: unpacked it becomes far larger than its size. Copy the table "
        "into a new workbook, then upload that. Nothing was saved. [IMP-BOMB]"
    ),
    "IMP-ROWS": gettext_lazy(
        "Sheet '%(sheet)s' has more than %(limit)s filled rows. Split it into several files, then upload them "
        "one by one. Nothing was saved. [IMP-ROWS]"
    ),
    "IMP-CELLS": gettext_lazy(
        "Sheet '%(sheet)s' has more than %(limit)s filled cells. Leave out columns that are not needed, then "
        "upload it again. Nothing was saved. [IMP-CELLS]"
    ),
    "IMP-TEXT": gettext_lazy(
        "Cell %(cell)s of sheet '%(sheet)s' holds more text than Excel allows in a cell. Shorten it, then upload "
        "the file again. Nothing was saved. [IMP-TEXT]"
    ),
    "IMP-TABLE": gettext_lazy(
        "No table was found in file '%(name)s': no row has headings the portal knows, for example %(example)s. "
        "Check the row of headings, then upload the file again. Nothing was saved. [IMP-TABLE]"
    ),
}

# What the inspection of an Office package calls it; here the person sent a workbook and nothing else.
_CODES = {
    "FILE-BOMB": "IMP-BOMB",
    "FILE-LOCKED": "IMP-LOCKED",
    "FILE-MACRO": "IMP-MACRO",
    "FILE-XML": "IMP-XML",
}


def of_package(rejected: Rejected, name: str) -> NotReadable:
    """Turn an inspector's refusal into the one for a workbook."""
    return NotReadable(_CODES.get(rejected.code, "IMP-BROKEN"), name=name)
