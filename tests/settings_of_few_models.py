"""The settings of a worker that takes references to few models only."""

from tests.settings import *  # noqa: F403

MODELREF = {"MODELS": ["shop.order", "shop.seat", "shop.tag", "shop.basket"]}
