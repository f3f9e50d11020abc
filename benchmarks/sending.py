"""Chapter `apply_async`: a call of a task, up to the bytes that would be published."""

from collections.abc import Callable, Iterator
from typing import Any

from kombu import Producer

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.project import SIZES, Orders
from benchmarks.timing import compare

BY_HAND = "primary keys of instances, by hand"


class Unpublishing(Producer):
    """A producer that does everything but publish."""

    def _publish(self, body: Any, *args: Any, **kwargs: Any) -> Any:
        """Do without the last step of ``publish``, which has this name in kombu 5.5 to 5.7."""
        return body


def measure() -> Iterator[Comparison]:
    """Yield the comparisons."""
    project.start()
    orders = project.make_orders()
    from benchmarks import rivals

    for size in SIZES:
        work = rivals_for(orders[:size])
        yield compare("apply_async", size, work, rivals.PKS)


def rivals_for(orders: Orders) -> dict[str, Callable[[], Any]]:
    """Return what each rival does to send these orders."""
    from benchmarks import proj, rivals, tasks  # here: Django has been set up

    connection = proj.app.connection_for_write()
    options: dict[str, Any] = {"producer": Unpublishing(connection.default_channel)}
    pks = [order.pk for order in orders]
    given: Any = orders
    cereal: Any = rivals.as_cereal(orders)
    if len(orders) == 1:
        [order], [pk], [cereal] = orders, pks, cereal
        sending = {
            rivals.PKS: lambda: tasks.by_pk.apply_async((pk,), **options),
            BY_HAND: lambda: tasks.by_pk.apply_async((order.pk,), **options),
            rivals.OURS: lambda: tasks.by_reference.apply_async((order,), **options),
        }
        given = order
    else:
        sending = {
            rivals.PKS: lambda: tasks.by_pks.apply_async((pks,), **options),
            BY_HAND: lambda: tasks.by_pks.apply_async(([o.pk for o in orders],), **options),
            rivals.OURS: lambda: tasks.by_references.apply_async((orders,), **options),
        }
    return sending | {
        rivals.RECIPE: lambda: tasks.by_recipe.apply_async((given,), **options),
        rivals.CEREAL: lambda: tasks.by_cereal.apply_async((cereal,), **options),
        rivals.PICKLED: lambda: tasks.by_pickle.apply_async((given,), **options),
    }
