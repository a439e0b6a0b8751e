"""The kind of a file by its content; unknown kinds, options and garbage."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aicfo_sdk.books.importers.detect import KINDS, detect, read
from aicfo_sdk.errors import InputError, NotFound, RecordError


def test_an_unknown_kind_lists_the_kinds(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(NotFound, match="one of " + ", ".join(KINDS)):
        read(path, "ofx")
    with pytest.raises(NotFound, match="no known kind of file"):
        read(path)


def test_an_option_that_the_kind_does_not_take_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no such option: bank; it takes: account, own, encoding"):
        read(path, "wechat", bank="icbc")
    with pytest.raises(RecordError, match="WeChat"):
        read(path, "wechat", account=None)


def test_a_needed_option_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="needs an option: own_uscc"):
        read(path, "einvoice_list")


def refusal(path: Path, kind: str | None) -> str:
    """Return why the file is refused, "" when it is taken; any other error is a failure."""
    try:
        read(path, kind)
    except InputError as error:
        return str(error)
    return ""


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=80).map(str.encode)))
@example(data=b"PK\x03\x04")
@example(data=b"\xff\xfe\x00")
@example(data=b"<Document>")
@example(data=b"[1")
@example(data=b"\x00")
@example(data=b'"')
@example(data="交易时间,交易类型,收/支,当前状态,金额(元),交易对方,交易单号\n\n,".encode())
def test_garbage_is_always_one_line_of_an_input_error(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    for kind in (None, "wechat", "alipay", "statement", "camt053"):
        assert "\n" not in refusal(path, kind)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such file: .*none.csv"):
        detect(tmp_path / "none.csv")
