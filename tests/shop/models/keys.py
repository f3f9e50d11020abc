"""Keys: one model for each type that a primary key may have."""

from django.db import models

from tests.shop.fields import CaseInsensitiveCharField, IsbnField


class Country(models.Model):
    """Text key under another name than `id`."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=80, blank=True)


class City(models.Model):
    """Foreign key to a text key, many to many besides."""

    name = models.CharField(max_length=80)
    country = models.ForeignKey(Country, models.CASCADE, related_name="cities")
    twins = models.ManyToManyField(Country, blank=True, related_name="twin_cities")


class Sku(models.Model):
    """Text key in a column that ignores case."""

    code = CaseInsensitiveCharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=80, blank=True)


class Price(models.Model):
    """Decimal key."""

    amount = models.DecimalField(max_digits=8, decimal_places=2, primary_key=True)
    label = models.CharField(max_length=80, blank=True)


class Holiday(models.Model):
    """Date key."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=80, blank=True)


class Moment(models.Model):
    """Datetime key, aware, with microseconds."""

    at = models.DateTimeField(primary_key=True)
    event = models.CharField(max_length=80, blank=True)


class Book(models.Model):
    """Key of a field with its own `to_python`, a value object; its wire text is not its column."""

    isbn = IsbnField(primary_key=True)
    title = models.CharField(max_length=80, blank=True)


class Seat(models.Model):
    """Composite key."""

    pk = models.CompositePrimaryKey("row", "number")
    row = models.CharField(max_length=2)
    number = models.IntegerField()
    guest = models.CharField(max_length=80, blank=True)


class Locker(models.Model):
    """The key is called `number`, its column `pk`, and `id` is a field like any other."""

    number = models.IntegerField(primary_key=True, db_column="pk")
    id = models.CharField(max_length=20, blank=True)
