"""Vehicles: multi-table inheritance, two steps deep."""

from django.db import models


class Vehicle(models.Model):
    """The parent table, with the key."""

    wheels = models.PositiveIntegerField(default=4)


class Car(Vehicle):
    """Child: its key is a one-to-one to the parent's. Has a field called `model`."""

    model = models.CharField(max_length=40, blank=True)


class SportsCar(Car):
    """Grandchild."""

    top_speed = models.PositiveIntegerField(default=300)


class Truck(Vehicle):
    """Child with a key of its own: the link to the parent is another column."""

    plate = models.CharField(max_length=20, primary_key=True)
    vehicle = models.OneToOneField(Vehicle, models.CASCADE, parent_link=True)
    tons = models.PositiveIntegerField(default=0)


class Ride(models.Model):
    """Points to the parent, so that a child can be assigned."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="rides")
    cars = models.ManyToManyField(Car, blank=True, related_name="rides_along")
