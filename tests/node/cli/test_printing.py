"""``rogatory print``: documents from files, and clear refusals."""

import json
from pathlib import Path

import pytest
from certificates import key_store, root_of
from forms import complete

from rogatory_node.cli.main import run
from rogatory_node.documents import press
from rogatory_node.documents.signing import judge


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(complete()), encoding="utf-8")
    return file


def test_writes_a_pdf_and_a_word_file(form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, start in (("a.pdf", b"%PDF-"), ("a.docx", b"PK")):
        out = tmp_path / name
        assert run(["print", str(form), "--language", "ar", "--language", "es", "--out", str(out), "--json"]) == 0
        assert out.read_bytes().startswith(start)
        assert json.loads(capsys.readouterr().out)["languages"] == ["ar", "es"]


def test_signs_with_a_file_key(form: Path, tmp_path: Path) -> None:
    store, phrase, out = tmp_path / "key.p12", tmp_path / "phrase", tmp_path / "a.pdf"
    store.write_bytes(key_store("Oficial", b"secret"))
    phrase.write_text("secret\n")
    words = ["print", str(form), "--out", str(out), "--sign", str(store), "--passphrase-file", str(phrase)]
    assert run(words) == 0
    (judged,) = judge(out.read_bytes(), [root_of(store.read_bytes(), b"secret")])
    assert judged.trusted
    phrase.write_text("wrong")
    assert run([*words, "--force"]) == 1
    assert judge(out.read_bytes(), []) != ()  # what was there is still there


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        (["--out", "a.txt"], 2),
        (["--out", "a.pdf", "--language", "de"], 2),
        (["--out", "a.pdf", "--language", "en", "--language", "fr", "--language", "es"], 2),
        (["--out", "a.docx", "--sign", "key.p12"], 2),
        (["--out", "a.pdf", "--sign", "nothing.p12"], 2),
        (["--out", "nowhere/a.pdf"], 2),
        (["--out", "there.pdf"], 1),
    ],
)
def test_refuses_with_a_reason(
    form: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: list[str], status: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.pdf").write_text("mine")
    assert run(["print", str(form), *extra]) == status
    assert Path("there.pdf").read_text() == "mine"


@pytest.mark.parametrize("content", [None, b"not json", b"[]", b'{"kind": "request", "kind": "status"}'])
def test_an_unreadable_form_is_wrong_usage(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "form.json"
    if content is not None:
        file.write_bytes(content)
    assert run(["print", str(file), "--out", str(tmp_path / "a.pdf")]) == 2
    assert not (tmp_path / "a.pdf").exists()


def test_a_missing_font_says_what_to_install(
    form: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def missing(self: press.Press, page: object) -> bytes:
        raise press.PrintError("font:zh")

    monkeypatch.setattr(press.Press, "print", missing)
    assert run(["print", str(form), "--language", "zh", "--out", str(tmp_path / "a.pdf")]) == 1
    assert "fonts-noto-cjk" in capsys.readouterr().err
