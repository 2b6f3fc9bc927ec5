"""Charges beside the books, a ledger of payments and refunds, a stored checkout, facts as values.

Adds only: release 0.1.0 serves on while it runs, and waits while tables of its own change. So these
are taken at once and in the order in which the shop takes them (in another one, it and we could wait
for each other), and nothing is done to a large one that reads it more than once.
"""

import django.db.models.deletion
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


# What new tables refer to, and what gets columns of its own.
LOCKS = [
    "LOCK TABLE main_user, main_basket IN SHARE ROW EXCLUSIVE MODE",
    "LOCK TABLE main_order, main_orderline, main_historicalorder, main_invoice, main_invoiceline,"
    " main_message IN ACCESS EXCLUSIVE MODE",
]


class TakeTables(migrations.RunSQL):
    """On PostgreSQL only: SQLite has one writer."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AllowNull(migrations.AlterField):
    """Django would also make the foreign key anew, and so have every row compared."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        change = "DROP" if field.null else "SET"  # forwards, and back
        schema_editor.execute(
            f'ALTER TABLE "{model._meta.db_table}" ALTER COLUMN "{field.column}" {change} NOT NULL'
        )


class Migration(migrations.Migration):

    dependencies = [
        ('main', '0008_covers'),
    ]

    operations = [
        TakeTables([*LOCKS], migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=10)),
                ('currency', models.CharField(max_length=3)),
                ('way', models.CharField(max_length=20)),
                ('reference', models.CharField(blank=True, max_length=140)),
                ('is_before_ledger', models.BooleanField(default=False, verbose_name='before the ledger')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('pending', 'pending'), ('paid', 'paid'), ('failed', 'failed'), ('expired', 'expired')], max_length=7)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=10)),
                ('currency', models.CharField(max_length=3)),
                ('way', models.CharField(max_length=20)),
                ('reference', models.CharField(blank=True, max_length=140)),
                ('is_before_ledger', models.BooleanField(default=False, verbose_name='before the ledger')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('requested', 'requested'), ('done', 'done'), ('failed', 'failed')], max_length=9)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='payment_way',
            field=models.CharField(db_default='transfer', default='transfer', max_length=20, verbose_name='way to pay'),
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='kind',
            field=models.CharField(choices=[('book', 'book'), ('delivery', 'delivery'), ('discount', 'discount'), ('fee', 'fee'), ('gift_card', 'gift card')], db_default='book', default='book', max_length=12),
        ),
        migrations.AddField(
            model_name='message',
            name='values',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='payment_way',
            field=models.CharField(db_default='transfer', default='transfer', max_length=20, verbose_name='way to pay'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='split_from',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='main.orderline'),
        ),
        AllowNull(
            model_name='invoiceline',
            name='order_line',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='main.orderline'),
        ),
        migrations.AlterField(
            model_name='message',
            name='fact',
            field=models.CharField(blank=True, choices=[('placed', 'placed'), ('paid', 'paid'), ('part_paid', 'partly paid'), ('unpaid', 'not paid after all'), ('sent', 'sent'), ('cancelled', 'cancelled'), ('refunded', 'refunded'), ('paid_back', 'paid back')], max_length=9),
        ),
        migrations.CreateModel(
            name='Checkout',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(blank=True, help_text="A guest's.", max_length=254, verbose_name='e-mail address')),
                ('billing', models.JSONField(blank=True, null=True)),
                ('shipping', models.JSONField(blank=True, null=True)),
                ('delivery', models.CharField(blank=True, max_length=40)),
                ('payment_way', models.CharField(blank=True, max_length=20)),
                ('language', models.CharField(blank=True, max_length=12)),
                ('choices', models.JSONField(blank=True, default=dict)),
                ('quote', models.JSONField(blank=True, null=True)),
                ('valid_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('basket', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='checkout', to='main.basket')),
            ],
        ),
        migrations.CreateModel(
            name='HistoricalOrderCharge',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('unit_price', models.DecimalField(decimal_places=2, help_text='VAT included.', max_digits=8)),
                ('tax_rate', models.DecimalField(decimal_places=2, max_digits=4, verbose_name='VAT rate')),
                ('quantity', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('book', 'book'), ('delivery', 'delivery'), ('discount', 'discount'), ('fee', 'fee'), ('gift_card', 'gift card')], max_length=12)),
                ('code', models.CharField(help_text='Which charge it is: “gift-wrapping”.', max_length=40)),
                ('status', models.PositiveSmallIntegerField(choices=[(10, 'agreed'), (40, 'cancelled')], default=10)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='main.order')),
            ],
            options={
                'verbose_name': 'historical order charge',
                'verbose_name_plural': 'historical order charges',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='OrderCharge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('unit_price', models.DecimalField(decimal_places=2, help_text='VAT included.', max_digits=8)),
                ('tax_rate', models.DecimalField(decimal_places=2, max_digits=4, verbose_name='VAT rate')),
                ('quantity', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('book', 'book'), ('delivery', 'delivery'), ('discount', 'discount'), ('fee', 'fee'), ('gift_card', 'gift card')], max_length=12)),
                ('code', models.CharField(help_text='Which charge it is: “gift-wrapping”.', max_length=40)),
                ('status', models.PositiveSmallIntegerField(choices=[(10, 'agreed'), (40, 'cancelled')], default=10)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='charges', to='main.order')),
                ('split_from', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='main.ordercharge')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='invoiceline',
            name='order_charge',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='main.ordercharge'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.UniqueConstraint(condition=models.Q(('order_charge__isnull', False)), fields=('invoice', 'order_charge'), name='invoiceline_once_an_order_charge'),
        ),
        migrations.AddConstraint(
            model_name='invoiceline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('order_charge', None), ('order_line__isnull', False)), models.Q(('order_charge__isnull', False), ('order_line', None)), _connector='OR'), name='invoiceline_of_a_line_or_a_charge'),
        ),
        migrations.AddField(
            model_name='payment',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='main.order'),
        ),
        migrations.AddField(
            model_name='payment',
            name='recorded_by',
            field=models.ForeignKey(blank=True, help_text='Nobody where a programme recorded it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refund',
            name='credit_note',
            field=models.ForeignKey(blank=True, help_text='None where more was paid than was charged.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='main.invoice'),
        ),
        migrations.AddField(
            model_name='refund',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='main.order'),
        ),
        migrations.AddField(
            model_name='refund',
            name='recorded_by',
            field=models.ForeignKey(blank=True, help_text='Nobody where a programme recorded it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='checkout',
            index=models.Index(fields=['updated_at'], name='checkout_by_change'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_positive'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), ('state__in', ['pending', 'paid'])), fields=('way', 'reference'), name='payment_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('is_before_ledger', True)), fields=('order',), name='payment_before_ledger_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'paid'), _negated=True), ('paid_at__isnull', False), _connector='OR'), name='payment_paid_has_a_time'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('state', 'requested')), fields=['created_at'], name='refund_open'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='refund_positive'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('way', 'reference'), name='refund_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('is_before_ledger', True)), fields=('credit_note',), name='refund_before_ledger_once'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('done_at__isnull', False), _connector='OR'), name='refund_done_has_a_time'),
        ),
    ]
