"""The legal terms of a notice: kind, procedure, evaluation, regime, set-asides, consortium.

Sources: 《政府采购法》 第二十六条 and 《政府采购非招标采购方式管理办法》 (procedures);
财政部令第87号 第五十三条 (综合评分法, 最低评标价法);
七部委令第12号 第二十九条 (综合评估法, 经评审的最低投标价法);
财库〔2020〕46号 (专门面向中小企业, 价格扣除).
"""

from __future__ import annotations

import re
from typing import Literal

from ....model.tender import Evaluation, NoticeKind, Procedure
from .values import choice, ppm

_KINDS: tuple[tuple[NoticeKind, re.Pattern[str]], ...] = (
    ("termination", re.compile(r"终止|废标|流标|中止|暂停|失败|撤销|取消")),
    ("correction", re.compile(r"更正|变更|澄清|补遗|答疑|延期|修改|补充公告|补充通知|更改")),
    ("contract", re.compile(r"合同(?:公告|公示)")),
    ("award", re.compile(r"中标|成交|结果公[告示]|结果的?公[告示]|候选人公示|定标|中选")),
    ("invitation", re.compile(r"公告|邀请|公示|启事|预告|征集|意向")),
    (
        "document",
        re.compile(
            r"(?:招标|磋商|谈判|采购|询价|比选|竞价|询比)\s*文件|通知书|采购需求|用户需求|技术(?:要求|规格|规范)|评分标准|评标办法"
        ),
    ),
)
_PROCEDURES: tuple[tuple[str, Procedure], ...] = (
    ("竞争性磋商", "consultation"),
    ("竞争性谈判", "negotiation"),
    ("单一来源", "single_source"),
    ("邀请招标", "invited"),
    ("公开招标", "open"),
    ("框架协议", "framework"),
    ("询价", "inquiry"),
    ("询比", "inquiry"),
    ("磋商", "consultation"),
    ("谈判", "negotiation"),
    ("公开招投标", "open"),
    ("国内公开竞争性招标", "open"),
)
_EVALUATIONS: tuple[tuple[re.Pattern[str], Evaluation], ...] = (
    (re.compile(r"经评审的?(?:合理)?最低(?:投标|评标)?价"), "reviewed_lowest_price"),
    (re.compile(r"最低评标价"), "lowest_evaluated_price"),
    (re.compile(r"综合评估"), "comprehensive_assessment"),
    (re.compile(r"综合评分|综合打分"), "comprehensive_scoring"),
    (
        re.compile(r"最低(?:评审)?价法|最后报价最低|报价最低|最低报价|价格最低|最低价成交"),
        "lowest_quote",
    ),
)
_BOX = r"(?:[☑■√□☐✓☒]|[\[(【][√✓xX]?[\])】])"
Category = Literal["goods", "services", "works", ""]
_CATEGORIES: tuple[tuple[str, Category], ...] = (
    ("货物", "goods"),
    ("服务", "services"),
    ("工程", "works"),
)
_TENDERING = re.compile(r"招标投标法|《招投标法|必须招标的工程|七部委|评标委员会和评标方法暂行规定")
_PROCUREMENT = re.compile(r"政府采购法|财政部令|政府采购")
_OWN_RULES = re.compile(r"公司|集团|银行|厂$|村民委员会|村委会|居委会|合作社")


def kind_of(headline: str, text: str) -> NoticeKind:
    """Return what kind of notice a headline announces, "" when it does not say."""
    head = re.sub(r"[((][^()]*代理[^()]*[))]", "", headline)
    if re.search(r"(?:招标|磋商|谈判|采购|询价|比选)\s*文件\s*(?:\(.{0,12}\))?$", head):
        return "document"
    for kind, pattern in _KINDS:
        if pattern.search(head):
            return kind
    if re.search(r"第[一二1]章", text) and re.search(r"须知", text):
        return "document"
    return ""


def procedure_of(stated: str, headline: str, text: str) -> tuple[str, Procedure]:
    """Return the procedure as a notice names it and as one of the legal ones."""
    for source in (stated, headline, text[:3_000]):
        # The official form of a result has a section of this name, whatever the procedure was.
        source = source.replace("单一来源采购人员", "")
        found = [(name, code) for name, code in _PROCEDURES if name in source]
        if not found:
            continue
        ticked = re.search(r"[☑√■✓]\s*([\u4e00-\u9fff]{2,8})", source)
        if ticked:
            for name, code in _PROCEDURES:
                if name in ticked[1]:
                    return name, code
        _, code = min(found, key=lambda one: (source.find(one[0]), -len(one[0])))
        return next((whole, other) for whole, other in _PROCEDURES if other == code)
    return stated[:40], ""


def evaluation_of(stated: str, text: str, procedure: Procedure) -> Evaluation:
    """Return the evaluation method; of a negotiation or inquiry the one the law gives it."""
    ticked = re.findall(r"[☑√■✓☒]\s*([^☑√■✓☒□○☐]{2,20})", stated)
    for source in (*ticked, stated):
        for pattern, name in _EVALUATIONS:
            if pattern.search(source):
                return name
    found = re.search(
        r"(?:采用|适用|按照|按|执行|选用|方法为|办法为|方法是|办法:|方法:)[^。;\n]{0,24}?"
        r"(经评审的?(?:合理)?最低(?:投标|评标)?价|最低评标价|综合评估|综合评分|综合打分|最低价法|最低评审价法)",
        text,
    )
    sources = [found[1]] if found else []
    if not sources:
        named: list[Evaluation] = [name for rule, name in _EVALUATIONS if rule.search(text)]
        if len(named) == 1:
            return named[0]
    for source in sources:
        for pattern, name in _EVALUATIONS:
            if pattern.search(source):
                return name
    return "lowest_quote" if procedure in ("negotiation", "inquiry") else ""


def regime_of(
    text: str, procedure: Procedure, category: str, *, buyer: str, tenderer: bool
) -> Literal["government_procurement", "tendering", ""]:
    """Return the law a notice stands under: the one it names, else by procedure and words.

    `tenderer` says that the buyer is called 招标人, the word of the 招标投标法. A firm that buys by
    rules of its own, and a village, stand under neither unless they name one.
    """
    if re.search(r"政府采购法》?第二十二条|《?中华人民共和国政府采购法", text):
        return "government_procurement"
    if _TENDERING.search(text):
        return "tendering"
    if _OWN_RULES.search(buyer) and not tenderer:
        return ""
    if procedure in ("consultation", "negotiation", "inquiry", "single_source", "framework"):
        return "" if tenderer else "government_procurement"
    if tenderer:
        return "tendering"
    if _PROCUREMENT.search(text) or re.search(r"采\s*购\s*人", text):
        return "government_procurement"
    return "tendering" if category == "works" else ""


def category_of(stated: str, title: str, buyer: str) -> Category:
    """Return the kind of purchase: as stated, else as the title's words but the buyer's tell."""
    title = re.sub(r"服务中心|设计院|检测中心", "", title.replace(buyer, "") if buyer else title)
    ticked = re.findall(r"[☑√■✓☒]\s*(货物|服务|工程)", stated)
    for word, code in _CATEGORIES:
        if word in (ticked or [stated[:20]])[0]:
            return code
    if re.search(
        r"(?:施工|总承包|改造|修缮|新建|扩建|改建|装修|维修|绿化|道路|整治|建设)(?:工程)?(?:施工|项目)?(?:[((].*)?$|施工|工程(?:项目)?(?:[((].*)?$",
        title,
    ) and not re.search(r"监理|设计|咨询|造价|检测|勘察|评估|系统|软件|平台|信息", title):
        return "works"
    if re.search(
        r"服务(?!器)|保洁|物业|运维|咨询|监理|设计|检测|维护|租赁|培训|保险|审计|外包|评估|托管|监测|安保|餐饮|配送",
        title,
    ):
        return "services"
    if re.search(r"设备|采购|购置|物资|家具|用品|器材|材料|仪器|车辆|药品|试剂|系统", title):
        return "goods"
    return ""


def sme_of(stated: str, text: str) -> Literal["whole", "part", "no", ""]:
    """Return how far a tender is set aside for small and medium firms."""
    plain = re.sub(r"\s+", "", text)
    said = choice(stated) if stated else None
    if said is not None:
        return "whole" if said else "no"
    ticked = re.findall(r"[☑√■✓☒](非?专门面向|不专门面向|面向|部分预留|预留)", plain)
    unticked = re.search(r"[□☐○](?:非?专门面向|不专门)", plain)
    if ticked:
        return "no" if ticked[0][0] in "非不" else "part" if "预留" in ticked[0] else "whole"
    if unticked and not re.search(
        r"(?<![□☐○])(?:本项目|本采购包|属于)[^。;□☐○]{0,10}专门面向", plain
    ):
        return ""
    for source in (re.sub(r"\s+", "", stated), plain):
        if re.search(r"包[^。;]{0,12}(?<!不)(?<!非)专门面向", source) and re.search(
            r"(?:其余|其他|包)[^。;]{0,12}(?:不|非)专门面向", source
        ):
            return "part"
        if re.search(
            r"(?:非|不是|不属于|并非|不)(?:为)?专门面向|未预留份额|不专门面向|不面向中小", source
        ):
            return "no"
        if re.search(
            r"部分(?:预留|面向中小|专门面向)|预留(?:份额|部分)?.{0,24}(?:\d{1,3}%|部分)|\d{1,3}%.{0,12}(?:预留|分包).{0,12}中小",
            source,
        ) and not re.search(r"整体预留|100%", source):
            return "part"
        found = re.search(r"专门面向(?:中小|小微|小型|中、小|微型)[^。;,]{0,12}", source)
        if found and not re.search(
            r"如|若|是否|(?:非|未)", source[max(found.start() - 6, 0) : found.start()]
        ):
            return "whole"
        if re.search(r"整体预留", source):
            return "whole"
    return ""


def deduction_of(stated: str, text: str) -> int | None:
    """Return the price deduction for micro and small suppliers in ppm, if the notice states one."""
    if stated and (found := ppm(stated)) is not None:
        return found
    plain = re.sub(r"\s+", "", text)
    for pattern in (
        r"(?:小型|小微|微型)[^。;]{0,40}?(?:价格|报价)[^。;]{0,16}?(?:给予|按|享受|扣除)[^。;\d]{0,8}(\d{1,2}(?:\.\d+)?%)",
        r"价格(?:给予|扣除)[^。;\d]{0,12}(\d{1,2}(?:\.\d+)?%)",
        r"(\d{1,2}(?:\.\d+)?%)的?(?:价格)?扣除",
    ):
        if found := re.search(pattern, plain):
            return ppm(found[1])
    return None


def consortium_of(stated: str, text: str) -> bool | None:
    """Return whether consortia may bid, if the notice says so."""
    if stated and (said := choice(stated)) is not None:
        return said
    if stated and (told := re.search(r"(不|拒绝|谢绝)?(?:接受|允许|得)", stated)) is not None:
        return told[1] is None
    plain = re.sub(r"\s+", "", text)
    if found := re.search(rf"((?:{_BOX}不?(?:接受|允许)){{2}})联合体", plain):
        return choice(found[1])
    found = re.search(r"\(([是否√×☑□■]{1,5}|不?接受|不?允许)\)(?:接受)?联合体", plain)
    if found:
        return choice(found[1])
    if found := re.search(r"接受联合体[^。;:]{0,8}[::]?([☑□■√☐是否]{2,6})", plain):
        return choice(found[1])
    if re.search(
        r"(?:不|拒绝|谢绝)(?:接受|允许|得以)?(?:以)?(?:任何形式的)?联合体|不得(?:以|组成)联合体|联合体(?:投标|响应|参加|参与)?[::]?(?:不接受|不允许|否)",
        plain,
    ):
        return False
    if re.search(
        r"(?:本项目|本次(?:招标|采购)|本标段|本采购包|本合同包|本包)?(?<!不)(?<!是否)(?:接受|允许|(?<!不)(?:可以|可)(?=以|组成))(?:以|组成)?联合体",
        plain,
    ):
        return True
    return None


def imports_of(stated: str, text: str) -> bool | None:
    """Return whether imported products may be offered, if the notice says so."""
    if stated and (said := choice(stated)) is not None:
        return said
    plain = re.sub(r"\s+", "", text)
    if re.search(r"(?:不|拒绝)(?:接受|允许)(?:采购|提供)?进口产品|不得(?:采用|提供)进口", plain):
        return False
    return (
        True if re.search(r"(?<!不)(?<!是否)(?:接受|允许)(?:采购|提供)?进口产品", plain) else None
    )
