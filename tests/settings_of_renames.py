"""The settings of a worker in a project where consignments were called purchases."""

from tests.settings import *  # noqa: F403

MODELREF = {
    "RENAMED": {
        "shop.purchase": "shop.consignment",
        "shop.models.Purchase": "tests.shop.models.consignments.Consignment",
    }
}
