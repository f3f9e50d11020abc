"""Fields, descriptors and state of models, through a reference."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from modelref import reference, resolve
from tests.shop.arrivals import arrived
from tests.shop.models import (
    Book,
    Customer,
    Document,
    Gauge,
    Ledger,
    Line,
    Options,
    Order,
    Product,
    Tracked,
    User,
)
from tests.shop.queries import ALIASES, queries

pytestmark = pytest.mark.django_db(databases=ALIASES)


@pytest.fixture
def order() -> Order:
    """An order in the database."""
    customer = Customer.objects.create(pk=5, name="Ada")
    return Order.objects.create(pk=42, total=Decimal("12.50"), note="gift", customer=customer)


class TestDescriptors:
    """Fields and attributes that are more than a value."""

    @pytest.fixture
    def document(self, settings: Settings, tmp_path: Path) -> Document:
        """A reference to a document, with files in a folder of the test."""
        settings.MEDIA_ROOT = tmp_path
        Document.objects.create(pk=1, scan="scans/a.txt", picture="pictures/b.png")
        return reference(Document, 1)

    def test_a_file_is_a_file(self, document: Document) -> None:
        """A file field gives its `FieldFile`, not the text of the column."""
        assert type(document.scan) is type(Document.objects.get().scan)
        assert document.scan.name == "scans/a.txt"
        assert document.scan.instance == document

    def test_a_file_has_the_class_and_the_descriptor_of_its_field(self, document: Document) -> None:
        """What an image field adds is there."""
        assert document.picture.is_png  # type: ignore[attr-defined]  # the class of the field
        stored: Any = Document.objects.get()
        assert document.picture_sets == stored.picture_sets  # type: ignore[attr-defined]  # as above

        document.picture = "pictures/c.jpg"

        assert not document.picture.is_png
        assert resolve(document).picture.name == "pictures/c.jpg"

    def test_a_file_is_saved_through_the_reference(
        self, document: Document, tmp_path: Path
    ) -> None:
        """`ref.scan.save()` writes the file and the row."""
        document.scan.save("new.txt", ContentFile(b"text"))

        assert (tmp_path / str(Document.objects.get().scan.name)).read_bytes() == b"text"
        assert document.scan.read() == b"text"

    def test_state_set_in_init_is_there(self) -> None:
        """`__init__` has run on the row's values."""
        ref = arrived(Gauge.objects.create(level=3))[0]

        ref.level += 2

        assert (ref.level_at_start, ref.readings, ref.rise()) == (3, [], 2)

    def test_a_models_own_getattr_answers(self) -> None:
        """Names that only `__getattr__` knows are found, others are its AttributeError."""
        ref = arrived(Options.objects.create(choices={"colour": "red"}))[0]

        with queries(default=1):
            assert ref.colour == "red"
            with pytest.raises(AttributeError, match="no option size"):
                _ = ref.size

    def test_a_models_own_setattr_is_used(self) -> None:
        """Writes and deletions go through the model, the first included."""
        ref = arrived(Ledger.objects.create(balance=3))[0]

        ref.balance = 4
        ref.balance = 5
        del ref.balance

        assert ref.history == [3, 4]
        assert ref.removed == ["balance"]

    def test_a_third_party_descriptor_sees_the_changes(self) -> None:
        """A field tracker knows what was changed through the reference, and when it was saved."""
        ref = arrived(Tracked.objects.create(price=3))[0]

        ref.price = 4
        changed, previous = ref.tracker.changed(), ref.tracker.previous("price")
        ref.save()

        assert (changed, previous) == ({"price"}, 3)
        assert ref.tracker.changed() == set()

    def test_a_custom_field_gives_its_value(self) -> None:
        """A field with `to_python` and `from_db_value` gives its own type."""
        book = Book.objects.create(isbn="978-0000000007", title="Tales")

        ref = arrived(Book.objects.get())[0]

        assert book.pk == "978-0000000007"
        assert (str(ref.isbn), ref.title) == ("9780000000007", "Tales")

    def test_an_instance_with_deferred_fields_arrives_whole(self, order: Order) -> None:
        """Deferring is the sender's affair."""
        (ref,) = arrived(Order.objects.only("note").get())

        with queries(default=1):
            assert ref.total == Decimal("12.50")
            assert ref.get_deferred_fields() == set()

    def test_a_wrapped_instance_reads_its_deferred_fields(self, order: Order) -> None:
        """A reference to an instance with deferred fields reads them as the instance does."""
        ref = reference(Order.objects.defer("note").get())

        with queries():
            assert ref.total == Decimal("12.50")
        with queries(default=1):
            assert ref.note == "gift"
        assert resolve(ref).get_deferred_fields() == set()

    def test_annotations_of_a_wrapped_instance_are_there(self, order: Order) -> None:
        """What a query added to the instance is on the reference."""
        instance = Order.objects.extra(select={"answer": "42"}).get()

        assert reference(instance).answer == 42  # type: ignore[attr-defined]  # of the query

    def test_a_swapped_user_is_a_user(self) -> None:
        """Passwords and permissions of the project's user model work."""
        ref = arrived(User.objects.create_user("ada", password="secret", phone="1"))[0]

        assert ref.check_password("secret")
        assert ref.is_authenticated
        assert ref.get_username() == "ada"
        assert not ref.has_perm("shop.add_order")

    def test_a_json_field_gives_its_value(self) -> None:
        """Containers of a JSON field are changed in place on both sides."""
        ref = arrived(Options.objects.create(choices={"colour": ["red"]}))[0]

        ref.choices["colour"].append("blue")
        ref.save()

        assert Options.objects.get().choices == {"colour": ["red", "blue"]}
        assert json.dumps(ref.choices) == '{"colour": ["red", "blue"]}'

    def test_a_method_that_iterates_a_relation_works(self, order: Order) -> None:
        """A generator method of the model runs on the reference."""
        product = Product.objects.create(name="tea")
        Line.objects.create(order=order, product=product)

        with queries(default=2):
            assert list(reference(Order, 42).products()) == ["tea"]
