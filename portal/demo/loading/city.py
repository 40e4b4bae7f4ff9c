"""Load a whole city in one transaction, once."""

import json
import uuid

from django.db import connection, transaction

from enterprises.models import Enterprise
from jobseekers.models import JobSeeker
from portal.demo.city import DemoCity
from portal.places.load_report import LoadReport
from portal.places.loading import load_places
from portal.places.models import Division
from portal.runs.services import running

from . import enterprises, insurance, people, records, seekers
from .context import Load
from .tables import reserve

RUN_KIND = RUN_KEY = "demo_city"


class CityNotEmpty(Exception):
    """The database holds enterprises or seekers that are not the demo city's."""


def load_city(city: DemoCity, report=None) -> LoadReport:
    """Load the city; ``report`` is called with one line a stage.

    All or nothing. Raises ``runs.services.AlreadyDone`` when a demo city is there already (its
    run row says which), CityNotEmpty when there are other people's records.
    """
    counts = city.report
    with running(RUN_KIND, RUN_KEY, report) as log:
        if Enterprise.objects.exists() or JobSeeker.objects.exists():
            raise CityNotEmpty("数据库里已经有企业或求职者，演示城市只能装进空的数据库。")
        if not Division.objects.exists():
            with log.stage("代码表"):
                load_places()
        load = Load(city, counts)
        with transaction.atomic():
            _name_the_writer()
            load.keys.enterprises = reserve(Enterprise, city.size.enterprises)
            for name, stage in _STAGES:
                with log.stage(name):
                    stage(load)
            with log.stage("核对引用"):
                # The deferred foreign keys are checked here, so that the time has a name.
                connection.check_constraints()
        with log.stage("统计信息"), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        log.count(
            seed=city.seed,
            today=city.today.isoformat(),
            enterprises=city.size.enterprises,
            vacancies=city.size.vacancies,
            seekers=city.size.seekers,
        )
    return counts


def _name_the_writer() -> None:
    """Tell the history triggers, until the end of the transaction, who writes.

    Besides being true, it is what makes a large load possible: without these settings every
    row's trigger fails and recovers twice inside, and each recovery looks through all foreign
    keys still to be checked, so that the time grows with the square of the rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true),"
            " set_config('pghistory.context_metadata', %s, true),"
            " set_config('pgtrigger.ignore', '{}', true)",
            [str(uuid.uuid4()), json.dumps({"job": RUN_KIND})],
        )


def _shortages_and_vacancies(load: Load) -> None:
    shortage_of = enterprises.load_shortages(load)
    enterprises.load_vacancies(load, shortage_of)


_STAGES = (
    ("工作人员和专员", people.load_staff),
    ("服务热线", people.load_hotlines),
    ("企业账号", people.load_members),
    ("企业和重点名录", enterprises.load_enterprises),
    ("缺工申报和岗位", _shortages_and_vacancies),
    ("岗位检索", enterprises.index_search),
    ("求职者", seekers.load_seekers),
    ("应聘", seekers.load_applications),
    ("推荐过的岗位", seekers.load_pushes),
    ("包保、工单、走访", records.load_contacts),
    ("本地参数", records.load_parameters),
    ("预算", records.load_budget),
    ("政策", records.load_policies),
    ("社保记录", insurance.load_insurance),
)
