"""What a title lets us say about the work: skills, certificates the law asks for, duties, shifts.

Skills and certificates are words that seekers and vacancies share. Certificates are only those
without which the law lets nobody do the work.
"""

import re
from functools import lru_cache
from typing import NamedTuple


class WorkKind(NamedTuple):
    """One kind of work. floor: done in a workshop or outdoors, so shifts, lodging, many heads."""

    key: str
    pattern: re.Pattern
    floor: bool
    skills: tuple[str, ...]
    certificates: tuple[str, ...]
    duties: str


def _kind(key, pattern, floor, skills, certificates, duties) -> WorkKind:
    return WorkKind(
        key, re.compile(pattern), floor, tuple(skills.split()), tuple(certificates.split()), duties
    )


KINDS = (
    _kind("weld", "焊", True, "焊接 看图纸 氩弧焊", "焊工特种作业操作证",
          "按图纸焊接工件，自检焊缝，填好当班记录。"),
    _kind("electric", "电工|机电|电气装配|水电", True, "电气维修 看图纸 PLC", "低压电工特种作业操作证",
          "巡检和维修车间电气设备，做好停送电登记。"),
    _kind("forklift", "叉车", True, "叉车驾驶 库存盘点", "叉车司机证",
          "驾驶叉车装卸、转运货物，做好出入库登记。"),
    _kind("driver", "司机|骑手|配送|送餐|快递", True, "驾驶 路线规划", "",
          "按时把货物送到指定地点，出车前检查车辆。"),
    _kind("cnc", "数控|CNC|cnc|车工|铣工|磨工|加工中心", True, "数控编程 看图纸 量具使用", "",
          "操作数控机床加工零件，首件自检，保养机床。"),
    _kind("mould", "模具|钳工|冲压|钣金", True, "模具装配 看图纸 钳工", "",
          "装配、调试和修理模具，保证试模合格。"),
    _kind("injection", "注塑|挤出|压铸|橡塑", True, "注塑调机 看工艺卡", "",
          "按工艺卡操作和调整机台，挑出不良品。"),
    _kind("quality", "质检|品检|检验|品质|质量|QC|QA|QE|化验|品管|体系", True,
          "质量检验 量具使用 数据记录", "", "按检验标准检验来料、过程和成品，记录并反馈不合格。"),
    _kind("store", "仓|物料|库管|物流|货运|装卸|搬运", True, "库存盘点 办公软件", "",
          "收发、清点和码放物料，账物相符。"),
    _kind("sewing", "缝纫|裁剪|服装|纺织", True, "缝纫 看工艺卡", "",
          "按样衣和工艺单完成本工序。"),
    _kind("cook", "厨|配菜|面点|烘焙", True, "烹饪 食品安全", "", "按菜单备料、烹制，保持厨房整洁。"),
    _kind("service", "服务员|收银|导购|营业员|店员|店长|前台|接待", True, "收银 顾客接待", "",
          "接待顾客，介绍商品和服务，保持店面整洁。"),
    _kind("guard", "保安|巡逻|安保", True, "巡逻 应急处置", "保安员证", "值守门岗，巡逻检查，登记来访。"),
    _kind("worker", "普工|操作工|操作员|作业员|装配|组装|包装|生产工|学徒|技工|工人|临时工|打包|打磨|印刷",
          True, "装配 看工艺卡", "", "按作业指导书完成当班任务，自检产品，保持现场整洁。"),
    _kind("technician", "技术员|技师|维修|调试|设备|保养|维保|售后", True, "设备维护 看图纸 故障排查",
          "", "安装、调试和维修设备，定期保养，记录故障和处理办法。"),
    _kind("produce", "生产|车间|班组|组长|领班|厂长|计划", True, "现场管理 生产计划 办公软件", "",
          "安排当班生产，跟进进度、质量和安全。"),
    _kind("software", "开发|软件|算法|程序|前端|后端|测试|数据|运维|架构|Java|JAVA|java|Python|python|C\\+\\+",
          False, "编程 数据库 软件测试", "", "参与系统的设计、开发、测试和维护，编写技术文档。"),
    _kind("mechanical", "机械|结构|工艺|自动化|夹具|暖通", False, "CAD 三维设计 工艺编制", "",
          "设计机械结构和工艺，出图并跟进样件。"),
    _kind("electronics", "电子|硬件|电气|射频|芯片|光学|嵌入式|通信", False, "电路设计 CAD 仪器使用", "",
          "设计、调试电路和硬件，整理测试报告。"),
    _kind("sales", "销售|业务|客户|渠道|市场|推广|招商|外贸|跟单|经纪|置业|商务|营销", False,
          "客户开发 商务谈判 办公软件", "", "开发和维护客户，跟进订单、交货和回款。"),
    _kind("finance", "会计|财务|出纳|审计|成本|税务|预算|造价", False, "财务软件 办公软件 税务申报", "",
          "处理账务和报表，按期申报纳税，整理凭证。"),
    _kind("people", "人事|人力|招聘|培训|行政|文员|助理|秘书|内勤|后勤", False, "办公软件 公文写作", "",
          "办理日常行政和人事事务，整理档案和报表。"),
    _kind("buyer", "采购|SQE|供应", False, "采购谈判 办公软件", "", "询价、下单、跟进交期，评估供应商。"),
    _kind("support", "客服|热线|接听|话务", False, "电话沟通 办公软件", "", "接听咨询，登记并跟进处理结果。"),
    _kind("design", "设计|美工|剪辑|编辑|文案|策划|运营|直播|新媒体", False, "平面设计 文案写作 办公软件",
          "", "完成设计和内容制作，跟进发布和反馈。"),
    _kind("teach", "教师|老师|讲师|班主任|教练", False, "授课 课程设计", "", "备课、授课，跟进学员进度。"),
    _kind("care", "护士|医生|护理|药|医学|临床|检测", False, "专业操作 数据记录", "",
          "按规范完成专业操作，做好记录。"),
)  # fmt: skip
OTHER = WorkKind(
    "other",
    re.compile(""),
    False,
    ("办公软件", "沟通协调"),
    (),
    "完成岗位职责内的日常工作，按时汇报进度。",
)


@lru_cache(maxsize=8192)
def work_kind(title: str) -> WorkKind:
    """The first kind whose words stand in the title, or the general one."""
    return next((kind for kind in KINDS if kind.pattern.search(title)), OTHER)


_OFFICE = re.compile(
    r"经理|工程师|主管|总监|厂长|组长|主任|设计|体系|专员|实验室|顾问|助理|研发|文员|销售"
)


def is_floor_work(title: str) -> bool:
    """Done by many hands in a workshop, a shop or on the road: shifts, lodging, large headcounts."""
    return work_kind(title).floor and not _OFFICE.search(title)
