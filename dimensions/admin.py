"""Reference data behind the same login."""

from django.contrib import admin

from dimensions.models import DimensionSet, Indicator, SmartDimension, SubDimension


@admin.register(DimensionSet)
class DimensionSetAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "valid_from", "valid_to"]


@admin.register(SmartDimension)
class SmartDimensionAdmin(admin.ModelAdmin):
    list_display = ["dimension_set", "order", "code", "letter", "name"]
    list_filter = ["dimension_set"]


@admin.register(SubDimension)
class SubDimensionAdmin(admin.ModelAdmin):
    list_display = ["dimension", "order", "code", "name"]


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    list_display = ["sub_dimension", "name", "unit", "better"]
