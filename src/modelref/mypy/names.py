"""Full names of what the plugin knows, as mypy spells them."""

from typing import Final

MODELREF: Final = "modelref.refs.ModelRef"
LOAD: Final = "modelref.celery.rows.loads.Load"

REF_TASK: Final = "modelref.celery.task.RefTask"
TYPED_TASK: Final = "modelref.celery.types.typed.TypedTask"
BOUND_METHOD: Final = "modelref.celery.bound_methods.BoundTaskMethod"
TASK_METHOD: Final = "modelref.celery.methods.TaskMethod"
#: What is called like a task, each with its parameters and its result as type arguments.
TASKS: Final = (REF_TASK, TYPED_TASK, BOUND_METHOD)
RESULT: Final = "modelref.celery.types.results.AsyncResult"
SIGNATURE: Final = "modelref.celery.types.signatures.Signature"
START: Final = "modelref.celery.types.signatures.Start"
CHAIN: Final = "modelref.celery.types.canvas.chain"
GROUP: Final = "modelref.celery.types.canvas.group"
CHORD: Final = "modelref.celery.types.canvas.chord"
#: What is sent like a signature, each with what it takes and what it gives as type arguments.
SIGNATURES: Final = (SIGNATURE, CHAIN, GROUP, CHORD)

#: Decorators, and the classes of what they return when they are called with options: those whose
#: functions get the task or an instance first, and all.
DECORATORS: Final = frozenset(
    {"modelref.celery.decorator.task", "modelref.celery.methods.task_method"}
)
BINDING_DECORATORS: Final = frozenset(
    {
        "modelref.celery.decorator.BoundTaskDecorator",
        "modelref.celery.methods.TaskMethodDecorator",
    }
)
CALLED_DECORATORS: Final = BINDING_DECORATORS | {"modelref.celery.decorator.TaskDecorator"}

MODEL: Final = "django.db.models.base.Model"
QUERYSET: Final = "django.db.models.query.QuerySet"
#: Under these names django-stubs has had it.
QUERYSETS: Final = (QUERYSET, "django.db.models.query._QuerySet")
CELERY_TASK: Final = "celery.app.task.Task"
CELERY_SIGNATURE: Final = "celery.canvas.Signature"
PREFETCH: Final = "django.db.models.query.Prefetch"
FIELD: Final = "django.db.models.fields.Field"
DESCRIPTORS: Final = "django.db.models.fields.related_descriptors"
#: What ``select_related`` follows.
TO_ONE: Final = (
    "django.db.models.fields.related.ForeignObject",
    f"{DESCRIPTORS}.ReverseOneToOneDescriptor",
)
RELATIONS: Final = (
    "django.db.models.fields.related.RelatedField",
    "django.contrib.contenttypes.fields.GenericForeignKey",
    "django.contrib.contenttypes.fields.GenericRelation",
)
