"""Django's entry for what customers tell us about us: complaints, opinions, wishes about their own data."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """Named so that other apps can refer to `care.Complaint`."""

    name = "bot.care"
    label = "care"
    verbose_name = "Complaints, opinions and data wishes"
    default_auto_field = "django.db.models.BigAutoField"
