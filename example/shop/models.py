"""What the shop sells, to whom, and what has been ordered."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import models, transaction
from django.utils import timezone

from modelref.celery import task_method


class Customer(models.Model):
    """Somebody who orders, and where the parcels go."""

    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)
    street = models.CharField(max_length=80)
    postcode = models.CharField(max_length=10)
    city = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """An article with its price today."""

    name = models.CharField(max_length=80, unique=True)
    department = models.CharField(max_length=20)
    price = models.DecimalField(max_digits=8, decimal_places=2)

    def __str__(self) -> str:
        return self.name


class OrderManager(models.Manager["Order"]):
    """Makes orders."""

    def place(self, customer: Customer, basket: Mapping[Product, int]) -> "Order":
        """Save an order of `basket`, which maps products to quantities."""
        total = sum((product.price * n for product, n in basket.items()), Decimal())
        with transaction.atomic():
            order = self.create(customer=customer, total=total)
            Line.objects.bulk_create(
                Line(order=order, product=product, quantity=n, price=product.price)
                for product, n in basket.items()
            )
        return order


class Order(models.Model):
    """What one customer has ordered at one time."""

    class Status(models.TextChoices):
        """How far an order has come."""

        PLACED = "placed"
        PAID = "paid"
        PACKED = "packed"
        SHIPPED = "shipped"
        CANCELLED = "cancelled"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders")
    status = models.CharField(max_length=10, choices=Status, default=Status.PLACED)
    placed_at = models.DateTimeField(default=timezone.now)
    total = models.DecimalField(max_digits=9, decimal_places=2)

    objects = OrderManager()

    def __str__(self) -> str:
        return f"#{self.pk} {self.status}"

    @task_method
    def remind(self) -> str:
        """Return the text that asks the customer to pay."""
        return f"#{self.pk} {self.total} to pay"


class Line(models.Model):
    """A quantity of one product in one order, at the price of that day."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="lines")
    quantity = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        """One line for each product of an order."""

        constraints = (models.UniqueConstraint(fields=("order", "product"), name="product_once"),)

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"
