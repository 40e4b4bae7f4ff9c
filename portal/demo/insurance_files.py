"""Person-month files as an agency would send them, of people and enterprises that nobody is.

Identity numbers are of the test range of portal.demo.codes: whole provinces' codes, which are
never issued. The same arguments give the same bytes.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from .codes import BIRTH_YEARS, IDENTITY_CAPACITY, PROVINCES, identity_numbers
from .draws import blocks, rng

HEADINGS = (
    "统一社会信用代码", "姓名", "身份证号", "费款所属期", "首次参保时间", "缴费基数", "单位缴费金额",
    "个人缴费金额", "缴费类型",
)  # fmt: skip
_BLOCK = 20_000
_RATE_PERMILLE = 5
MOST_LINES = IDENTITY_CAPACITY


def person_month_file(
    lines: int, credit_codes: Sequence[str], month: date, seed: int, *, encoding="utf-8"
) -> Iterator[bytes]:
    """Pieces of a CSV file: ``lines`` different persons, shared out over the enterprises in their
    order; one line in two hundred is a back payment."""
    yield (",".join(HEADINGS) + "\r\n").encode(encoding)
    for number, start, stop in blocks(lines, _BLOCK):
        size, draw = stop - start, rng(seed, "person-months", number)
        people, _ = identity_numbers(
            start,
            draw.integers(0, len(PROVINCES), size),
            draw.integers(16, 16 + BIRTH_YEARS, size),
            draw.random(size) < 0.5,
            month.year,
        )
        employers = np.arange(start, stop) * len(credit_codes) // lines
        first = month.year * 12 + month.month - 1 - draw.integers(0, 240, size)
        base = draw.integers(303, 1685, size) * 10
        late = draw.random(size) < 0.005
        text = "".join(
            f"{credit_codes[employer]},张某,{person},{month:%Y%m},{since // 12}-{since % 12 + 1:02d},"
            f"{yuan}.00,{fen // 100}.{fen % 100:02d},{fen // 100}.{fen % 100:02d},"
            f"{'补缴' if back else '正常'}\r\n"
            for employer, person, since, yuan, fen, back in zip(
                employers.tolist(),
                people,
                first.tolist(),
                base.tolist(),
                (base * 100 * _RATE_PERMILLE // 1000).tolist(),
                late.tolist(),
                strict=True,
            )
        )
        yield text.encode(encoding)
