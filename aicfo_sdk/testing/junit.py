"""A conformance report as JUnit XML, which CI services read: one test case a rule."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from .conformance import Report
from .rules import RULES

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """Return the report as the text of a JUnit XML file."""
    suite = Element(
        "testsuite",
        name=f"aicfo check {report.distribution}",
        tests=str(len(RULES)),
        failures=str(len({found.rule for found in report.findings})),
    )
    for rule, said in RULES.items():
        case = SubElement(suite, "testcase", classname="aicfo.conformance", name=rule)
        found = report.of(rule)
        if found:
            failure = SubElement(case, "failure", message=said.what)
            failure.text = _clean("\n".join(one.text for one in found))
    if report.notes:
        SubElement(suite, "system-out").text = _clean("\n".join(report.notes))
    text = tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _clean(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return _NOT_XML.sub("�", text)
