"""`aicfo books` and `aicfo audit export`: shapes of --json, exit codes, clear lines."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.books.test_migrations import OLD

from .conftest import Run
from .test_cli import fits, one_clear_line


def test_backup_restore_check_and_upgrade_print_what_their_schema_says(
    aicfo: Run, shop: Path, tmp_path: Path
) -> None:
    copied = aicfo("books", "backup", shop, "--to", tmp_path / "copy", "--json")
    fits(copied, "books")
    restored = aicfo("books", "restore", tmp_path / "copy", "--to", "again.books", "--json")
    fits(restored, "books")
    checked = aicfo("books", "check", "again.books", "--json")
    fits(checked, "books")
    heads = {done.json["head_hash"] for done in (copied, restored, checked)}
    assert len(heads) == 1
    (tmp_path / "old.books").write_bytes(gzip.decompress(OLD.read_bytes()))
    upgraded = aicfo("books", "upgrade", "old.books", "--json")
    fits(upgraded, "books")
    assert upgraded.json["kept"] == "old.books.version1"
    assert "of version 2 already" in aicfo("books", "upgrade", "old.books").out
    replaced = aicfo(
        "books", "restore", tmp_path / "copy", "--to", "old.books", "--replace", "--json"
    )
    fits(replaced, "books")
    assert replaced.json["kept"] == "old.books.replaced"


def test_a_head_kept_in_a_file_is_asked_for(aicfo: Run, shop: Path, tmp_path: Path) -> None:
    kept = tmp_path / "head"
    kept.write_text(aicfo("audit", "head", "--books", shop).out)
    assert aicfo("books", "check", shop, "--head", kept).code == 0
    assert aicfo("books", "check", shop, "--head", f"9:{'0' * 64}").code == 1
    one_clear_line(aicfo("books", "check", shop, "--head", "nonsense"), "not a head")


def test_an_exported_audit_is_verified_without_the_books(
    aicfo: Run, shop: Path, tmp_path: Path
) -> None:
    file = tmp_path / "audit.jsonl"
    fits(aicfo("audit", "export", file, "--books", shop, "--json"), "export")
    head = aicfo("audit", "head", "--books", shop).out.strip()
    shop.unlink()
    fits(aicfo("audit", "verify", "--export", file, "--json"), "audit")
    assert aicfo("audit", "verify", "--export", file, "--head", head).code == 0
    assert aicfo("audit", "verify", "--export", file, "--head", f"1:{'0' * 64}").code == 1
    one_clear_line(aicfo("audit", "export", file, "--books", tmp_path / "x"), "no such books")


def test_an_export_rewritten_with_all_its_hashes_is_found_by_the_head(
    aicfo: Run, shop: Path, tmp_path: Path
) -> None:
    head = aicfo("audit", "head", "--books", shop).out.strip()
    (tmp_path / "forged.books").write_bytes(gzip.decompress(OLD.read_bytes()))
    assert aicfo("books", "upgrade", "forged.books").code == 0
    assert aicfo("audit", "export", "forged.jsonl", "--books", "forged.books").code == 0
    assert aicfo("audit", "verify", "--export", "forged.jsonl").code == 0
    found = aicfo("audit", "verify", "--export", "forged.jsonl", "--head", head)
    assert found.code == 1
    assert "does not contain the given head" in found.out


def test_words_that_do_not_fit_are_one_clear_line(aicfo: Run, shop: Path, tmp_path: Path) -> None:
    one_clear_line(aicfo("books"), "WHAT")
    one_clear_line(aicfo("books", "check"), "no books named")
    one_clear_line(aicfo("books", "backup", shop), "--to")
    one_clear_line(aicfo("audit", "export", "--books", shop), "no file named")
    one_clear_line(aicfo("audit", "verify", shop), "a word too many")
    one_clear_line(aicfo("audit", "verify", "--export", shop), "no exported audit")
    one_clear_line(aicfo("audit", "verify", "--export", tmp_path / "no"), "cannot be read")
    one_clear_line(aicfo("books", "restore", tmp_path, "--to", "x.books"), "folder")
    one_clear_line(aicfo("books", "backup", shop, "--to", tmp_path / "no" / "x"), "cannot be")
