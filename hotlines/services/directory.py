"""The directory of hotlines (E1): staff keep the lines of their region."""

from hotlines.models import Hotline


def save_hotline(line):
    """Write a line that a form has checked; the history keeps what stood there before."""
    line.save()
    return line


def delete_hotline(line):
    """Take a line out of the directory; doing it twice is once."""
    Hotline.objects.filter(pk=line.pk).delete()
