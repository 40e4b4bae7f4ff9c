"""Refund screening of a province beside that of a city: ``make bench-province``.

Loading takes a quarter of an hour and 14 GB of disk, so it runs only when named.
"""

from bench.province import CITY, PROVINCE
from bench.screening import compare, print_screening

LONG = True


def main():
    """Print the table, and how the time grows with the enterprises and with the rows."""
    found = [compare(CITY), compare(PROVINCE)]
    print_screening(found)
    (city, city_plain), (province, province_plain) = found
    grown = province["seconds"] / city["seconds"]
    enterprises = province["counts"]["enterprises"] / city["counts"]["enterprises"]
    rows = province_plain["rows"] / city_plain["rows"]
    print(
        f"From city to province: {enterprises:.1f} times the enterprises, {rows:.1f} times the "
        f"person-months, {grown:.1f} times the time.\n"
    )


if __name__ == "__main__":
    main()
