"""A snapshot holds the masterplan and its programmes as well."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0002_the_past_cannot_change'),
    ]

    operations = [
        migrations.AlterField(
            model_name='snapshotitem',
            name='kind',
            field=models.CharField(choices=[('quick_win', 'Quick win'), ('answer', 'Answer'), ('plan', 'Masterplan'), ('program', 'Programme')], max_length=12, verbose_name='kind'),
        ),
    ]
