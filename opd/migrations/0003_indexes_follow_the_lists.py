"""Each index in the order in which a list is walked; the dashboard's question has one of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dimensions', '0001_the_yardstick'),
        ('opd', '0002_the_past_cannot_change'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='quickwin',
            name='opd_quickwi_city_id_6c8356_idx',
        ),
        migrations.RemoveIndex(
            model_name='quickwin',
            name='opd_quickwi_opd_id_b631cc_idx',
        ),
        migrations.RemoveIndex(
            model_name='quickwin',
            name='opd_quickwi_status_711a74_idx',
        ),
        migrations.AddIndex(
            model_name='quickwin',
            index=models.Index(fields=['city', 'year', 'status', 'submitted_at'], name='opd_quickwi_city_id_bb7eac_idx'),
        ),
        migrations.AddIndex(
            model_name='quickwin',
            index=models.Index(fields=['opd', 'year', 'number'], name='opd_quickwi_opd_id_4031f1_idx'),
        ),
        migrations.AddIndex(
            model_name='quickwin',
            index=models.Index(condition=models.Q(('owner_confirmed', False)), fields=['city', 'year', 'number'], name='quick_win_owner_unsure'),
        ),
    ]
