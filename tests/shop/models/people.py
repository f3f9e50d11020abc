"""People: a swapped user, an abstract base, a one-to-one key, a foreign key to its own model."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Named(models.Model):
    """Abstract base that brings a field and a method."""

    name = models.CharField(max_length=80)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def shout(self) -> str:
        """Give the name in capitals."""
        return self.name.upper()


class User(AbstractUser):
    """The project's own user model, `AUTH_USER_MODEL`."""

    phone = models.CharField(max_length=20, blank=True)


class Customer(Named):
    """Somebody who orders; the table that an abstract base was made for."""

    email = models.EmailField(blank=True)
    friends = models.ManyToManyField("self", blank=True)


class Profile(models.Model):
    """One-to-one key to an int key."""

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="profile"
    )
    bio = models.CharField(max_length=200, blank=True)


class Employee(Named):
    """Foreign key to its own model."""

    boss = models.ForeignKey("self", models.CASCADE, null=True, related_name="staff")
