"""Write calendar/cn: one file per noticed year, and the moving festivals.

Run once with the development tools installed: `python seeds/make_calendar.py`. Later years are
added by hand, one file each, from the State Council's notice.
"""

from __future__ import annotations

from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import chinese_calendar
from lunar_python import Lunar

FOLDER = Path(__file__).parent / "aicfo_seeds" / "calendar" / "cn"
YEARS = range(2004, 2027)
FESTIVAL_YEARS = range(2000, 2051)
# Numbers of the notices; a year without one is named by its year alone.
NOTICES = {
    2014: "国办发明电〔2013〕28号",
    2015: "国办发明电〔2014〕28号",
    2016: "国办发明电〔2015〕18号",
    2017: "国办发明电〔2016〕17号",
    2018: "国办发明电〔2017〕12号",
    2019: "国办发明电〔2018〕15号",
    2020: "国办发明电〔2019〕16号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
}


def year_file(year: int) -> str:
    """Return the TOML of one year."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = [day for day in days if day.year == year]
    free = [day for day in days if chinese_calendar.is_holiday(day)]
    off = [day for day in free if day.weekday() < 5]
    work = [day for day in days if day.weekday() >= 5 and day not in free]
    notice = f"State Council holiday notice of {year}"
    if year in NOTICES:
        notice += f" ({NOTICES[year]})"
    package = version("chinesecalendar").rsplit(".", 1)[0]
    return (
        f"year = {year}\n"
        f'source = "{notice}, as tabulated by chinesecalendar {package} (MIT)"\n\n'
        f"# Weekdays that are free.\n{_dates('off', off)}\n"
        f"# Weekend days that are worked (调休).\n{_dates('work', work)}"
    )


def festivals_file() -> str:
    """Return the TOML of the moving festivals and the statutory free days around them."""
    # 放假办法 as amended 2024-11-10: 除夕 and the first three days; one day for each of the others.
    out = (
        'source = "Dates: lunar-python (MIT). Free days: 全国年节及纪念日放假办法, 2024-11-10"\n\n'
        "# Month and day of the statutory days with a fixed date.\n"
        "fixed = [[1, 1], [5, 1], [5, 2], [10, 1], [10, 2], [10, 3]]\n\n"
        "# First and last free day, counted from the festival's own day.\n"
        "[free]\n"
        "spring_festival = [-1, 2]\nqingming = [0, 0]\ndragon_boat = [0, 0]\nmid_autumn = [0, 0]\n"
    )
    for name, rule in {
        "spring_festival": (1, 1),
        "qingming": None,
        "dragon_boat": (5, 5),
        "mid_autumn": (8, 15),
    }.items():
        out += f"\n[moving.{name}]\n"
        for year in FESTIVAL_YEARS:
            day = _qingming(year) if rule is None else _lunar(year, *rule)
            out += f"{year} = {day.isoformat()}\n"
    return out


def _lunar(year: int, month: int, day: int) -> date:
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _qingming(year: int) -> date:
    # The fifth solar term of the lunar year's table that starts in the previous winter.
    solar = Lunar.fromYmd(year, 3, 1).getJieQiTable()["清明"]
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _dates(name: str, days: list[date]) -> str:
    return f"{name} = [\n" + "".join(f"    {day.isoformat()},\n" for day in days) + "]\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for year in YEARS:
        (FOLDER / f"{year}.toml").write_text(year_file(year), "utf-8")
    (FOLDER / "festivals.toml").write_text(festivals_file(), "utf-8")
