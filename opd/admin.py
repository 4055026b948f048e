"""Reference data and accounts behind the same login; nothing that was submitted can be changed here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from opd.models import AuditEvent, City, CityBudget, MasterPlan, Membership, Opd, Strategy, User, Ward


class _ToLookUp(admin.ModelAdmin):
    """Rows that are kept elsewhere: nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipInline(admin.TabularInline):
    model = Membership
    fk_name = "user"
    extra = 0
    autocomplete_fields = ["opd"]


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts by office title; the roles stand below, each with its time."""

    list_display = ["username", "title", "email", "is_active", "last_login"]
    fieldsets = (
        (None, {"fields": ("username", "password", "title", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "title", "email", "password1", "password2")}),
    )
    inlines = [MembershipInline]


@admin.register(City)
class CityAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "evaluation_year", "dimension_set"]


@admin.register(Opd)
class OpdAdmin(admin.ModelAdmin):
    list_display = ["short", "official_name", "kind", "valid_from", "valid_to", "successor"]
    search_fields = ["short", "official_name"]
    list_filter = ["kind"]


class StrategyInline(admin.TabularInline):
    model = Strategy
    extra = 0


@admin.register(MasterPlan)
class MasterPlanAdmin(_ToLookUp):
    """To look up; the planner keeps it on its own page, where each change is audited."""

    list_display = ["title", "city", "regulation", "year_from", "year_to"]
    inlines = [StrategyInline]


@admin.register(CityBudget)
class CityBudgetAdmin(_ToLookUp):
    """To look up, as the masterplan."""

    list_display = ["city", "year", "total", "source", "sample"]


@admin.register(Ward)
class WardAdmin(admin.ModelAdmin):
    list_display = ["code", "level", "name"]
    search_fields = ["code", "name"]


@admin.register(AuditEvent)
class AuditEventAdmin(_ToLookUp):
    """To read; the database itself refuses changes."""

    list_display = ["at", "city", "year", "sequence", "actor", "role", "action", "object_type", "object_id"]
    list_filter = ["action", "year"]
    list_select_related = ["city", "actor"]
