"""Files and remarks: file descriptors, and a foreign key to any model."""

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models

from tests.shop.fields import PictureField


class Document(models.Model):
    """A file, and a file with a class and a descriptor of its own as an image field has."""

    title = models.CharField(max_length=80, blank=True)
    scan = models.FileField(upload_to="scans", blank=True)
    picture = PictureField(upload_to="pictures", blank=True)
    remarks = GenericRelation("shop.Remark")


class Remark(models.Model):
    """Generic foreign key, null allowed."""

    text = models.CharField(max_length=80, blank=True)
    content_type = models.ForeignKey(ContentType, models.CASCADE, null=True)
    object_id = models.CharField(max_length=40, null=True)

    subject = GenericForeignKey("content_type", "object_id")
