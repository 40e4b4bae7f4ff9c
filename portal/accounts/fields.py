"""Model fields: encrypted text, its blind index, and the opaque id used in addresses."""

import secrets

from django.db import models

from .crypto import blind_index, decrypt, encrypt

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is misread on paper or by telephone


def make_public_id():
    """Twelve characters, about 59 bits: enough that nobody guesses one."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


class PublicIdField(models.CharField):
    """The opaque id of a row in an address; the primary key never shows."""

    def __init__(self, *args, **kwargs):
        kwargs.update(max_length=12, editable=False)
        kwargs.setdefault("default", make_public_id)
        kwargs.setdefault("verbose_name", "编号")
        super().__init__(*args, **kwargs)


class EncryptedTextField(models.TextField):
    """Text that is ciphertext in the database and clear in Python. Cannot be searched:
    the blind index beside it can."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name):
        if lookup_name not in ("isnull", "exact"):
            raise TypeError(f"an encrypted field has no lookup {lookup_name}")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.CharField):
    """The keyed hash of another field of the same row, kept in step at save()."""

    def __init__(self, verbose_name=None, *, of, **kwargs):
        self.of = of
        kwargs.update(max_length=64, editable=False, null=True, blank=True)
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "editable", "null", "blank"):
            kwargs.pop(key, None)
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance, add):
        value = blind_index(getattr(model_instance, self.of)) or None
        setattr(model_instance, self.attname, value)
        return value
