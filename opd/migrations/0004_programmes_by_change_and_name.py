"""Two orders of long lists have an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opd", "0003_documents_name_their_answer")]
    operations = [
        migrations.AddIndex(
            model_name="program",
            index=models.Index(fields=["city", "updated_at"], name="opd_program_city_id_d06553_idx"),
        ),
        migrations.AddIndex(
            model_name="program",
            index=models.Index(fields=["city", "name"], name="opd_program_city_id_8206df_idx"),
        ),
    ]
