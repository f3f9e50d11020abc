"""The codecs, the fifth noun: kombu serializers that swap rows for forms and back.

kombu imports them, through the package's entry points, in the middle of ``import celery`` and
before Django is set up. So they import neither.
"""
