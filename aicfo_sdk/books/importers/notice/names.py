"""Names under which notices print their fields: data, in the order of preference."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = {
    "title": (
        "项目名称 采购项目名称 招标项目名称 工程名称 招标工程名称 采购名称 标书名称 采购项目 "
        "招标项目"
    ),
    "number": (
        "项目编号 采购项目编号 招标编号 招标项目编号 采购编号 磋商编号 谈判编号 询价编号 "
        "项目招标编号 采购文件编号 招标文件编号 磋商文件编号 标书编号 工程编号 比选编号 "
        "询比编号 项目号 采购项目号 招标项目号 招标号 采购号"
    ),
    "bare_number": "编号",
    "buyer": (
        "采购人 采购人名称 采购单位 采购单位名称 招标人 招标人名称 招标单位 采购方 建设单位 "
        "采购主体 采购机构 招标采购单位 甲方 采购人全称 项目业主 业主单位 业主 招标业主 "
        "项目单位 发包人 发包单位 比选人 询价单位 需求单位"
    ),
    "agency": (
        "采购代理机构 采购代理机构名称 代理机构 代理机构名称 招标代理机构 招标代理 "
        "招标代理机构名称 集中采购机构 集中采购机构名称 采购代理 代理公司 招标代理单位 "
        "受托代理 受托代理机构 委托代理机构 代理单位 采购代理单位 招标代理公司 采购代理公司 "
        "代理机构全称 采购组织机构 采购服务机构 采购执行机构 采购实施机构"
    ),
    "party_name": "名称 单位名称 机构名称",
    "value": (
        "预算金额 采购预算 采购预算金额 项目预算 项目预算金额 预算总金额 预算总额 预算 总预算 "
        "合同估算价 招标估算价 资金预算 采购金额 估算金额 概算金额 项目估算价 预算价 "
        "采购预算价 预算控制金额 估算价 标段估算价 预计金额"
    ),
    "investment": "总投资 项目总投资 投资估算 工程总投资 投资额",
    "ceiling": (
        "最高限价 最高投标限价 招标控制价 控制价 最高报价 采购限价 拦标价 投标限价 "
        "最高响应限价 最高报价限价 最高控制价 采购控制价 最高限额 限价 投标最高限价 报价上限 "
        "项目最高限价 报价最高限价 磋商报价最高限价 谈判报价最高限价 响应报价最高限价 "
        "投标报价最高限价"
    ),
    "deadline": (
        "提交投标文件截止时间 投标截止时间 投标截止日期 提交响应文件截止时间 报价截止时间 "
        "响应文件提交截止时间 响应文件递交截止时间 投标文件递交截止时间 递交投标文件截止时间 "
        "递交响应文件截止时间 投标文件提交截止时间 首次响应文件提交截止时间 响应截止时间 "
        "投标文件递交的截止时间 响应文件递交的截止时间 响应文件提交的截止时间 递交截止时间 "
        "提交首次响应文件截止时间 提交报价文件截止时间 报价文件递交截止时间 磋商截止时间 "
        "谈判截止时间 提交截止时间 投标文件截止时间 投标文件上传截止时间 截标时间 "
        "提交投标文件的截止时间 提交响应文件的截止时间 响应文件截止时间 "
        "投标截止时间及开标时间 投标截止及开标时间 提交投标文件截止时间及开标时间 "
        "开标截止时间 投标及开标时间 投标截止时间和开标时间 响应文件开启时间 "
        "递交响应文件的截止时间 递交投标文件的截止时间 投标截止 报价截止 比选截止时间 "
        "提交投标文件截止时间、开标时间 投标文件递交截止日期 响应文件递交截止日期 截止日期"
    ),
    "end": "截止时间",
    "opening": "开标时间 开启时间 开标日期 磋商时间 谈判时间 开标时间及地点",
    "published": (
        "发布时间 公告时间 公告日期 发布日期 公告发布时间 公告发布日期 发稿时间 信息时间 "
        "发文日期 公示时间 公示日期 信息发布时间 公告开始时间 更正日期 日期 终止日期 发布于 "
        "编制日期 编制时间 文件编制日期 落款日期"
    ),
    "bond": (
        "投标保证金 磋商保证金 谈判保证金 询价保证金 响应保证金 报价保证金 保证金金额 "
        "投标保证金金额 磋商保证金金额 保证金数额 投标保证金的金额 保证金 竞标保证金 "
        "投标担保金额 投标担保 响应保证金金额 谈判保证金金额 投标保证金数额"
    ),
    "performance": "履约保证金 履约保证金比例 履约保证金金额 履约担保 履约担保金额",
    "retention": "质保金 质量保证金 质保金比例 质量保证金比例 工程质量保证金",
    "procedure": "采购方式 招标方式 项目采购方式 采购形式 拟采用的采购方式 采购类型 交易方式",
    "evaluation": (
        "评标办法 评标方法 评审方法 评审办法 评分办法 评定方法 评分方法 评标方式 评审方式 "
        "评审标准和方法 评审方法和标准 评标方法和标准"
    ),
    "consortium": (
        "联合体响应 联合体应答 联合体参加 "
        "是否接受联合体投标 是否接受联合体 联合体投标 接受联合体投标 联合体 "
        "是否允许联合体投标 是否接受联合体响应 是否允许联合体"
    ),
    "delivery": (
        "合同履行期限 合同履约期限 服务期限 服务期 工期 计划工期 交货期 交货时间 交付时间 "
        "供货期 履约期限 工期要求 交付期限 合同期限 交货期限 供货期限 施工工期 合同期 "
        "服务周期 总工期 要求工期 服务时间 履行期限 交付期 合同工期 项目工期 "
        "实施周期 服务(供货)期限 供货(服务)期限 供货(服务)期 交货(服务)期 交货(服务)期限 "
        "服务期(交货期) 交货期(服务期) 工期(交货期) 交货期(工期) 交货(完工)期 完成时间 "
        "完工期限 完工时间"
    ),
    "region": (
        "行政区域 行政区划 项目所在地区 项目所在区域 建设地点 项目地点 交货地点 服务地点 "
        "实施地点 履约地点 项目实施地点 项目所在地 所属地区 工程地点 交付地点 施工地点 地区 "
        "所在地区 供货地点 所属区域 项目建设地点 履行地点"
    ),
    "industry": (
        "所属行业 采购标的对应的中小企业划分标准所属行业 标的所属行业 "
        "中小企业划分标准所属行业 采购标的所属行业 对应行业 中小企业划型标准所属行业 "
        "本项目所属行业 采购标的对应的中小企业划分标准所属行业为"
    ),
    "bare_validity": "有效期",
    "validity": "投标有效期 响应文件有效期 磋商有效期 报价有效期 响应有效期 谈判有效期",
    "category": "采购类别 项目类别 项目属性 采购类型分类 招标类别 采购品目 品目 项目类型 标的类别",
    "sme": (
        "是否专门面向中小企业 是否专门面向中小企业采购 专门面向中小企业 面向中小企业情况 "
        "专门面向中小企业采购 中小企业政策 面向中小企业 是否专门面向中小微企业 "
        "中小企业扶持政策 是否为专门面向中小企业采购项目 预留情况 是否面向中小企业"
    ),
    "deduction": "价格扣除 价格扣除比例 小微企业价格扣除 小微企业价格扣除比例 价格扣除优惠",
    "imports": "是否接受进口产品 接受进口产品 进口产品 是否允许采购进口产品 是否允许进口产品",
    "supplier": (
        "中标候选人 中标候选人名称 成交候选人 "
        "中标供应商 中标人 中标单位 成交供应商 中标供应商名称 成交供应商名称 中标人名称 "
        "第一中标候选人 成交人 中标(成交)供应商 中标(成交)供应商名称 中标单位名称 供应商名称 "
        "第一成交候选人 中标成交供应商 中标候选人第一名"
    ),
    "award": (
        "中标金额 成交金额 中标价 成交价 中标(成交)金额 中标总金额 成交总金额 中标价格 "
        "总中标金额 合同金额 投标报价 总中标成交金额 中标成交金额 中标总价 合同总金额"
    ),
}
_ACTS = (
    "投标",
    "响应",
    "应答",
    "报价",
    "磋商",
    "谈判",
    "比选",
    "竞价",
    "询价",
    "询比",
    "询比价",
    "比价",
)
_WORKS = tuple(
    (
        "交货 供货 服务 施工 交付 履约 送货 配送 安装 履行 实施 完工 完成 建设 供应 "
        "合同履行 合同履约 合同服务 项目实施"
    ).split()
)

_PAIRED = 5
"""So many of them stand in pairs, as 交货(服务)期."""


def _composed() -> dict[str, tuple[str, ...]]:
    """Return names that each portal puts together anew from the same few words, by field."""
    whose = ("项目", "采购", "招标", "采购项目", "招标项目", "竞争性磋商", "竞争性谈判", *_ACTS)
    files = tuple(f"{act}文件" for act in (*_ACTS, "采购", "招标"))
    times = ("截止时间", "截止日期", "截止", "截止时点", "截止期限")
    hands = ("递交", "提交", "上传", "送达")
    by = [f"{act}{of}{time}" for act in (*_ACTS, *files) for of in ("", "的") for time in times]
    by += [
        f"{one}{of}{time}"
        for file in files
        for hand in hands
        for one in (file + hand, hand + file)
        for of in ("", "的")
        for time in times
    ]
    by += [f"{hand}{of}{time}" for hand in hands for of in ("", "的") for time in times]
    by += [
        f"{act}{time}{also}{opening}"
        for act in _ACTS
        for time in times
        for also in ("与", "暨", "及", "和", "、", "/")
        for opening in ("开标", "开启", "开标时间", "开启时间")
    ]
    return {
        "bond": tuple(f"{act}{end}" for act in _ACTS for end in ("保证金", "保证金金额", "担保")),
        "validity": tuple(f"{act}{of}有效期" for act in (*_ACTS, *files) for of in ("", "的")),
        "ceiling": tuple(
            f"{one}{end}"
            for one in ("", "项目", "采购", "招标", "最高", "投标", "报价", "总价", "合同")
            for end in ("限价", "限额", "控制价", "控制总价", "控制金额", "上限价", "总限价")
        ),
        "number": tuple(f"{one}{end}" for one in (*whose, *files) for end in ("编号", "单号")),
        "title": tuple(
            f"{one}{end}" for one in (*whose, "需求") for end in ("标题", "主题", "名称")
        )
        + tuple(f"{act}项目" for act in _ACTS),
        "value": tuple(
            f"{one}预算{end}"
            for one in ("", "项目", "采购", "招标", "总", "项目总", "采购总", "资金", "最高")
            for end in ("", "金额", "总金额", "总价", "总额", "价", "资金", "控制数")
        )
        + tuple(
            f"{one}估算{end}"
            for one in ("招标", "采购", "合同", "项目", "工程", "标段")
            for end in ("", "价", "金额", "额", "总价")
        ),
        "opening": tuple(
            f"{one}{end}"
            for one in (*_ACTS, "开标", "开启", "评审", "开评标", "唱标")
            for end in ("时间", "日期", "时间及地点", "时间和地点")
        ),
        "deadline": tuple(by),
        "delivery": tuple(
            name + end
            for a in _WORKS
            for b in (None, *_WORKS[:_PAIRED])
            if a != b
            for name in ((a,) if b is None else (f"{a}/{b}", f"{a}({b})", f"{a}或{b}"))
            for end in ("期", "期限", "时间")
            if b is None or a in _WORKS[:_PAIRED]
        ),
    }


def _together() -> dict[str, tuple[str, ...]]:
    whole = {field: names.split() for field, names in _NAMES.items()}
    for field, names in _composed().items():
        whole[field] += names
    return {field: tuple(dict.fromkeys(names)) for field, names in whole.items()}


NAMES = _together()
"""Names of fields as notices print them, by field."""

LOT_NUMBER = tuple(
    (
        "包号 标段号 标项 分包号 包件号 标段 标包 合同包 采购包 包 品目号 标项号 合同包号 "
        "采购包号 包组 标段编号 分包编号 标段(包) 包组号 包别"
    ).split()
)
"""Heads of the column that numbers lots."""

LOT_NAME = tuple(
    (
        "包名称 标段名称 标项名称 分包名称 包件名称 标的名称 采购内容 采购包名称 合同包名称 "
        "货物名称 服务名称 标段内容 内容 品目名称 包组名称 标包名称 采购标的 名称 招标内容"
    ).split()
)
"""Heads of the column that names them."""


def any_of(names: Iterable[str], *, spaced: bool = False) -> str:
    """Return a pattern for any of many names, the longest first, by the beginnings they share.

    Some thousand names one beside the other would be tried one by one at each place. `spaced`
    lets space stand between the characters, as where a name is stretched to fill its line.
    """
    gap = r"\s*" if spaced else ""

    def pattern(tails: set[str]) -> str:
        heads: dict[str, set[str]] = {}
        for tail in sorted(tails):
            if tail:
                heads.setdefault(tail[0], set()).add(tail[1:])
        parts = [re.escape(head) + below(rest) for head, rest in heads.items()]
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"

    def below(tails: set[str]) -> str:
        if tails == {""}:
            return ""
        inner = gap + pattern(tails - {""})
        return f"(?:{inner})?" if "" in tails else inner

    return pattern(set(names))
