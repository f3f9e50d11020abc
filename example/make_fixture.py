"""Write `shop/fixtures/shop.json`: the shop's customers, products and orders.

The rows are drawn from the word lists below with a fixed seed, so that every
run writes the same file. The file belongs to the example; this script is run
again only when the models change.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import TypedDict

FIXTURE = Path(__file__).parent / "shop" / "fixtures" / "shop.json"
SEED = 2024
CUSTOMERS = 250
ORDERS = 360
SINCE = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)

FIRST_NAMES = """
    Ada Amara Anton Bela Carla Chidi Clara Daan Dario Elif Emil Esra Farid Femke Greta Hana Hugo
    Ines Ivan Jonas Julia Kenji Lena Luca Mai Malik Marta Mila Nils Noor Olga Oscar Petra Priya
    Rosa Samir Sofia Tariq Tessa Yara
"""
LAST_NAMES = """
    Adeyemi Almeida Baker Bauer Berg Costa Dahl Dubois Eriksen Fischer Fontaine Garcia Haddad
    Horvat Ito Jansen Kaya Keller Kowalski Lambert Lindqvist Martin Mensah Meyer Moreau Nagy Novak
    Okafor Peeters Petrov Rao Rossi Sato Schmidt Silva Tanaka Vermeer Visser Weber Zimmermann
"""
STREETS = (
    *("Abbey Road", "Bridge Street", "Canal Street", "Castle Lane", "Cedar Avenue"),
    *("Church Street", "Garden Row", "Harbour Road", "High Street", "Hill Street"),
    *("Linden Lane", "Market Square", "Mill Lane", "Orchard Way", "Park Avenue"),
    *("River Walk", "School Lane", "Station Road"),
)
CITIES = (
    ("1012", "Amsterdam"),
    ("2000", "Antwerp"),
    ("08001", "Barcelona"),
    ("10115", "Berlin"),
    ("1050", "Copenhagen"),
    ("9000", "Ghent"),
    ("20095", "Hamburg"),
    ("30-001", "Krakow"),
    ("1100", "Lisbon"),
    ("69001", "Lyon"),
    ("20121", "Milan"),
    ("110 00", "Prague"),
    ("3511", "Utrecht"),
    ("1010", "Vienna"),
    ("8001", "Zurich"),
)
# department: materials, and articles with the price of a plain one
DEPARTMENTS: dict[str, tuple[str, dict[str, int]]] = {
    "kitchen": (
        "Beech Cherry Maple Oak Walnut",
        {"chopping board": 28, "rolling pin": 17, "salad bowl": 42, "spoon": 6, "tray": 34},
    ),
    "stove": (
        "Aluminium Copper Enamel Iron Steel",
        {"casserole": 89, "frying pan": 54, "kettle": 46, "milk pan": 31, "stockpot": 75},
    ),
    "table": (
        "Bone-china Earthenware Porcelain Stoneware Terracotta",
        {"dinner plate": 14, "espresso cup": 8, "jug": 26, "mug": 12, "sugar bowl": 18},
    ),
    "linen": (
        "Cotton Hemp Linen Wool Felt",
        {"apron": 29, "coaster": 5, "oven glove": 16, "table runner": 38, "tea cosy": 21},
    ),
    "pantry": (
        "Amber-glass Clear-glass Cork Tin Wicker",
        {"bread bin": 48, "flour jar": 19, "spice box": 24, "storage jar": 13, "tea caddy": 15},
    ),
}


class Row(TypedDict):
    """One row as Django's fixtures write it."""

    model: str
    pk: int
    fields: dict[str, object]


def rows() -> Iterator[Row]:
    """Yield all rows of the shop, each after those that it points to."""
    rng = random.Random(SEED)
    yield from customer_rows(rng)
    products = list(product_rows(rng))
    yield from products
    yield from order_rows(rng, [str(each["fields"]["price"]) for each in products])


def customer_rows(rng: random.Random) -> Iterator[Row]:
    """Yield customers, no two of them with one name."""
    names = rng.sample(list(product(FIRST_NAMES.split(), LAST_NAMES.split())), CUSTOMERS)
    for pk, (first, last) in enumerate(names, 1):
        postcode, city = rng.choice(CITIES)
        yield row(
            "customer",
            pk,
            name=f"{first} {last}",
            email=f"{first}.{last}@example.com".lower(),
            street=f"{rng.randint(1, 140)} {rng.choice(STREETS)}",
            postcode=postcode,
            city=city,
        )


def product_rows(rng: random.Random) -> Iterator[Row]:
    """Yield each article in each material of its department."""
    pk = 0
    for department, (materials, articles) in DEPARTMENTS.items():
        for material, (article, base) in product(materials.split(), articles.items()):
            pk += 1
            yield row(
                "product",
                pk,
                name=f"{material.replace('-', ' ')} {article}",
                department=department,
                price=f"{round(base * rng.uniform(0.7, 1.6)) + rng.choice((0.5, 0.9)):.2f}",
            )


def order_rows(rng: random.Random, prices: list[str]) -> Iterator[Row]:
    """Yield orders as time goes by, and the lines of each before the next one."""
    line = 0
    placed_at = SINCE
    for pk in range(1, ORDERS + 1):
        placed_at += timedelta(minutes=rng.randint(5, 300))
        basket = [
            (index + 1, prices[index], rng.choice((1, 1, 1, 2, 2, 4, 6)))
            for index in rng.sample(range(len(prices)), rng.choice((1, 1, 2, 2, 3, 4)))
        ]
        yield row(
            "order",
            pk,
            customer=rng.randint(1, CUSTOMERS),
            status=draw_status(rng, pk),
            placed_at=placed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            total=str(sum(Decimal(price) * n for _, price, n in basket)),
        )
        for product_pk, price, quantity in basket:
            line += 1
            yield row("line", line, order=pk, product=product_pk, quantity=quantity, price=price)


def draw_status(rng: random.Random, pk: int) -> str:
    """Return the status of an order: the older fifth has been shipped."""
    if pk <= ORDERS // 5:
        return "shipped"
    return rng.choices(("paid", "placed", "cancelled"), (85, 10, 5))[0]


def row(model: str, pk: int, **fields: object) -> Row:
    """Return a row of one of the shop's models."""
    return {"model": f"shop.{model}", "pk": pk, "fields": fields}


def main() -> None:
    """Write the fixture, one row a line."""
    text = ",\n".join(json.dumps(each, separators=(",", ":")) for each in rows())
    FIXTURE.write_text(f"[\n{text}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
