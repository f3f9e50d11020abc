"""Chapter `apply_async`: a call of a task, up to the bytes that would be published."""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import project
from benchmarks.figures import Comparison
from benchmarks.messages import Unpublishing, arrived
from benchmarks.project import SIZES, Orders
from benchmarks.timing import compare

BY_HAND = "primary keys of instances, by hand"


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
    refs: Any = arrived(orders)
    cereal: Any = rivals.as_cereal(orders)
    if len(orders) == 1:
        [order], [pk], [ref], [cereal] = orders, pks, refs, cereal
        sending = {
            rivals.PKS: lambda: tasks.by_pk.apply_async((pk,), **options),
            BY_HAND: lambda: tasks.by_pk.apply_async((order.pk,), **options),
            rivals.OURS: lambda: tasks.by_reference.apply_async((order,), **options),
            rivals.PASSED_ON: lambda: tasks.by_reference.apply_async((ref,), **options),
        }
        given = order
    else:
        sending = {
            rivals.PKS: lambda: tasks.by_pks.apply_async((pks,), **options),
            BY_HAND: lambda: tasks.by_pks.apply_async(([o.pk for o in orders],), **options),
            rivals.OURS: lambda: tasks.by_references.apply_async((orders,), **options),
            rivals.PASSED_ON: lambda: tasks.by_references.apply_async((refs,), **options),
        }
    return sending | {
        rivals.RECIPE: lambda: tasks.by_recipe.apply_async((given,), **options),
        rivals.CEREAL: lambda: tasks.by_cereal.apply_async((cereal,), **options),
        rivals.PICKLED: lambda: tasks.by_pickle.apply_async((given,), **options),
    }
