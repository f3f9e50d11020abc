"""The names in `load=`."""

from datetime import date
from typing import Any, Literal

from django.db import models
from django.db.models import Prefetch

from modelref import ModelRef
from modelref.celery import Load, task, task_method
from tests.shop.models import Line, Order


#: A parameter in `load=` that does not exist
@task(load={"oder": Load(select_related=("customer",))})  # plugin E: There is no parameter "oder"; did you mean "order"?
def no_parameter(order: Order) -> None: ...


@task(load={"self": Load()})  # plugin E: There is no parameter "self"
def no_self(order: Order) -> None: ...


#: A relation in `load=` that does not exist
@task(load={"order": Load(select_related=("custmer",))})  # plugin E: "Order" has no relation "custmer"; did you mean "customer"?
def no_relation(order: Order) -> None: ...


@task(load={"order": Load(prefetch_related=("line",))})  # plugin E: "Order" has no relation "line"; did you mean "lines"?
def no_reverse_relation(order: ModelRef[Order]) -> None: ...


@task(load={"line": Load(select_related=("order__custmer",))})  # plugin E: "Order" has no relation "custmer"; did you mean "customer"?
def no_further_relation(line: Line) -> None: ...


@task(load={"order": Load(prefetch_related=("lines__prodct",))})  # plugin E: "Line" has no relation "prodct"; did you mean "product"?
def no_relation_of_many(order: Order) -> None: ...


@task(load={"order": Load(select_related=("note",))})  # plugin E: "Order.note" is no relation
def no_field(order: Order) -> None: ...


@task(load={"orders": Load(select_related=("custmer",))})  # plugin E: "Order" has no relation "custmer"
def in_a_list(orders: list[ModelRef[Order]]) -> None: ...


@task(load={"order": Load(only=("totl",), defer=("nte",))})  # plugin E: "Order" has no field "totl"; did you mean "total"?  # plugin E: "Order" has no field "nte"; did you mean "note"?
def no_field_to_read(order: Order) -> None: ...


@task(load={"order": Load(selected_related=("customer",))})  # E: "selected_related"
def no_such_option(order: Order) -> None: ...


#: What `select_related` cannot follow
@task(load={"order": Load(select_related=("lines",))})  # plugin E: "Order.lines" is no foreign key, as select_related needs; prefetch_related takes it
def to_many(order: Order) -> None: ...


@task(load={"order": Load(select_related=("customer__friends", "tags", "customer__orders"))})  # plugin E: "Customer.friends" is no foreign key  # plugin E: "Order.tags" is no foreign key  # plugin E: "Customer.orders" is no foreign key
def many_to_many(order: Order) -> None: ...


#: A relation in a `Prefetch` that does not exist
@task(load={"order": Load(prefetch_related=(Prefetch("line"), models.Prefetch(lookup="tgs")))})  # plugin E: "Order" has no relation "line"; did you mean "lines"?  # plugin E: "Order" has no relation "tgs"; did you mean "tags"?
def no_relation_to_prefetch(order: Order) -> None: ...


@task(load={"order": Load(prefetch_related=(Prefetch("lines", Line.objects.all(), to_attr="heavy"), "heavy__product", Prefetch("tags")))})
def prefetched(order: Order) -> None: ...


#: A parameter in `load=` that holds no row
@task(load={"number": Load(), "names": Load(only=("x",)), "kind": Load(), "day": Load()})  # plugin E: "number" is "int", which holds no row  # plugin E: "names" is "list[str] | None", which holds no row  # plugin E: "kind" is  # plugin E: "day" is "date", which holds no row
def no_rows(number: int, names: list[str] | None, kind: Literal["a"], day: date) -> None: ...


@task(load={"anything": Load(), "thing": Load(), "several": Load(), "either": Load(), "base": Load()})
def may_hold_rows(anything: Any, thing: object, several: list[Any], either: int | list[Order], base: models.Model) -> None: ...


#: Names in `load=` that exist
class Basket(models.Model):
    order = models.ForeignKey(Order, models.CASCADE)

    class Meta:
        app_label = "shop"

    @task_method(load={"self": Load(select_related=("order",)), "other": Load()})
    def pack(self, other: Order) -> None: ...

    @task_method(load={"slef": Load()})  # plugin E: did you mean "self"?
    def packs_nothing(self) -> None: ...


@task(load={"order": Load(select_related=("customer", "customer__profile"), prefetch_related=("lines__product", "tags", "parcels"), only=("total", "customer__name", "pk"), for_update=True, using="default"), "line": Load(select_related=("order__customer", "product"))})
def all_known(order: Order, line: Line | None) -> None: ...


#: Models that are in no installed app: what leads to them is unknown, and nothing is said
@task(load={"basket": Load(prefetch_related=("parcels",), select_related=("order", "order__customer"))})
def not_installed(basket: Basket) -> None: ...
