"""The people of the demonstration, by office: one account for each part of the journey."""

from dataclasses import dataclass
from datetime import datetime

from opd.models import City, Membership, Opd, Role, User

ASSESSORS = 5


@dataclass(frozen=True)
class Part:
    """One account: sign-in name, office title, and the roles it holds (role, agency or nothing)."""

    username: str
    title: str
    roles: tuple[tuple[str, str], ...]


def _agency(short: str, word: str, *, head: bool = True) -> list[Part]:
    parts = [Part(f"operator.{word}", f"Operator {short}", ((Role.OPD_OPERATOR, short),))]
    if head:
        parts.append(Part(f"kepala.{word}", f"Kepala {short}", ((Role.OPD_HEAD, short),)))
    return parts


#: Agencies that lead programmes of the masterplan: one operator each, no head yet.
WITH_OPERATOR = (
    "BPBD", "BPKAD", "DINSOS", "DISDIK", "DISDUKCAPIL", "DISNAKERKUM", "DISPORA", "DKPPKB", "DP3", "DP3APM", "DPMPTSP",
    "ITDA", "KEC-BBESTARI", "KEC-TPBARAT", "KEC-TPKOTA", "KEC-TPTIMUR", "KESBANGPOL", "PERKIM", "PUPR", "RSUD",
    "SATPOLPP", "SETDA", "SETWAN",
)  # fmt: skip

#: Puskesmas Batu 10 and DISDAGIN have no account of a head: there the operator submits.
CAST = (
    *_agency("DISBUDPAR", "disbudpar"),
    *_agency("BKPSDM", "bkpsdm"),
    *_agency("BPPRD", "bpprd"),
    *_agency("PKM-BATU10", "puskesmas", head=False),
    *_agency("BAPPELITBANG", "bappelitbang"),
    *_agency("DLH", "dlh"),
    *_agency("DISDAGIN", "disdagin", head=False),
    *_agency("DISHUB", "dishub"),
    *_agency("DISPUSIP", "dispusip"),
    *_agency("DISKOMINFO", "kominfo"),
    *(part for short in WITH_OPERATOR for part in _agency(short, short.lower(), head=False)),
    Part("pemeriksa", "Pemeriksa, Dinas Kominfo", ((Role.REVIEWER, "DISKOMINFO"),)),
    Part("perencana", "Perencana, Bappelitbang", ((Role.PLANNER, "BAPPELITBANG"),)),
    Part("pimpinan", "Sekretaris Daerah", ((Role.LEADERSHIP, ""),)),
    Part("inspektorat", "Auditor, Inspektorat", ((Role.AUDITOR, "ITDA"),)),
    *(
        Part(f"asesor{number}", f"Asesor {number}", ((Role.ASSESSOR, ""),))
        for number in range(1, ASSESSORS + 1)
    ),
    Part("admin", "Administrator", ((Role.ADMINISTRATOR, ""),)),
)

#: The sign-ins that bin/demo prints: one per role.
SHOWN = (
    "operator.disbudpar",
    "kepala.disbudpar",
    "pemeriksa",
    "perencana",
    "asesor1",
    "pimpinan",
    "inspektorat",
    "admin",
)


def make_accounts(city: City, password: str, since: datetime) -> None:
    """Create every account with its memberships, valid from `since`; existing ones keep their password."""
    opds = {opd.short: opd for opd in Opd.objects.of_city(city)}
    for part in CAST:
        if User.objects.filter(username=part.username).exists():
            continue
        user = User(username=part.username, title=part.title, email=f"{part.username}@contoh.invalid")
        user.is_staff = user.is_superuser = part.username == "admin"
        user.set_password(password)
        user.save()
        for role, short in part.roles:
            Membership.objects.create(user=user, role=role, city=city, opd=opds.get(short), valid_from=since)


def person(username: str) -> User:
    """The account, read anew: roles are cached on the instance and time moves in a replay."""
    return User.objects.get(username=username)


def of_opd(short: str, role: str) -> User | None:
    """The operator or head of an agency, or None when it has no such account."""
    held = Membership.objects.filter(opd__short=short, role=role).select_related("user").first()
    return held.user if held else None
