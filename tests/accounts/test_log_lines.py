"""No personal data in a log line."""

import logging

from django.conf import settings

from portal.accounts.log_lines import MaskingFormatter
from portal.accounts.masking import mask_within


def line(text, *args):
    """A text as the log would show it."""
    return MaskingFormatter("%(message)s").format(
        logging.LogRecord("x", logging.ERROR, "x.py", 1, text, args, None)
    )


def test_numbers_of_people_are_masked_wherever_they_stand():
    assert line("sent to %s", "13812345678") == "sent to 138****5678"
    assert line("证件32041219900101001X。") == "证件3204************1X。"


def test_other_numbers_stay():
    for text in (
        "6217001234567890123",
        "run 20200319",
        "85588919",
        "2.13812345678s9",
        "N13812345678",
    ):
        assert mask_within(text) == text


def test_the_row_that_the_database_quotes_is_left_out():
    broken = "duplicate key value\nDETAIL:  Key (name)=(赵测试) already exists.\nLINE 1"
    assert line(broken) == "duplicate key value\nDETAIL: left out\nLINE 1"
    assert "赵测试" not in line("%r", ValueError(broken))


def test_every_handler_of_the_settings_masks():
    formatters = settings.LOGGING["formatters"]
    for handler in settings.LOGGING["handlers"].values():
        assert formatters[handler["formatter"]]["()"].endswith("MaskingFormatter")
