"""Whatever befalls the cache or a build, the site is right or is left as it was."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner

from conftest import xuelan
from trees import REPORT, again, clean, column, contents
from xuelan.build import RECORDS, build
from xuelan.cli import main
from xuelan.engine import cache as store
from xuelan.engine import publish
from xuelan.engine.staging import SiteManifest
from xuelan.host import plugin as host
from xuelan.pages.frames import HostOutput
from xuelan.text.source import ChangedError


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A column built once."""
    root = column(tmp_path_factory.mktemp("base"))
    again(root)
    return root


@pytest.fixture
def root(base: Path, tmp_path: Path) -> Path:
    """A copy of the column, its cache and its site."""
    target = tmp_path / "column"
    shutil.copytree(base, target)
    again(target)
    return target


def _edit(root: Path, words: str) -> None:
    with (root / REPORT).open("a", encoding="utf-8") as file:
        file.write(f"\n{words}。\n")


def _kept(root: Path) -> list[Path]:
    return sorted(p for p in (root / RECORDS).iterdir() if p.is_file())


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 97):
        data[at] ^= 0x55
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES = {
    "every 97th byte changed": _flip,
    "cut in half": _cut,
    "empty": lambda path: path.write_bytes(b""),
    "something else": lambda path: path.write_bytes(b"\x80\x04" * 5000),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_only_slower(damage: str, root: Path, tmp_path: Path) -> None:
    """Each file of the cache in turn, then all of them: the site is that of a clean build."""
    names = [path.name for path in _kept(root)]
    assert names
    for number, name in enumerate([*names, ""]):
        for path in _kept(root):
            if name in ("", path.name):
                DAMAGES[damage](path)
        _edit(root, f"第{number}句")
        again(root)
    assert contents(root / "site") == clean(root, tmp_path / "clean")


def test_an_entry_of_another_kind_is_a_miss(tmp_path: Path) -> None:
    """A sound entry that does not read as what is asked for counts for nothing."""
    cache = store.Cache(tmp_path)
    cache.put(b"k" * 16, ["not", "numbers"])
    cache.save()
    found = store.Cache(tmp_path)
    assert found.get(b"k" * 16, list[str]) == ["not", "numbers"]
    assert found.get(b"k" * 16, dict[str, int]) is None


def test_two_builds_share_a_cache(tmp_path: Path) -> None:
    """Each sees what the other had saved before it began, and neither undoes the other."""
    one, two = store.Cache(tmp_path), store.Cache(tmp_path)
    one.put(b"1" * 16, "one")
    two.put(b"2" * 16, "two")
    one.save()
    two.save()
    third = store.Cache(tmp_path)
    assert [third.get(key, str) for key in (b"1" * 16, b"2" * 16)] == ["one", "two"]


def test_the_cache_does_not_grow_without_end(root: Path) -> None:
    """Many edits leave few files: small packs are joined."""
    for number in range(2 * store.MOST_PACKS):
        _edit(root, f"第{number}句")
        again(root)
    assert len(list((root / RECORDS).glob("*.pack"))) <= store.MOST_PACKS + 1


def test_what_a_killed_build_left_half_written_goes_after_a_day(tmp_path: Path) -> None:
    """A younger one may be a build that runs."""
    old, young = tmp_path / ".old.part", tmp_path / ".young.part"
    for path in (old, young):
        path.write_bytes(b"half")
    long_ago = time.time() - store.ABANDONED_SECONDS - 10
    os.utime(old, (long_ago, long_ago))
    cache = store.Cache(tmp_path)
    cache.put(b"k" * 16, "kept")
    cache.save(compact=True)
    assert not old.exists()
    assert young.exists()


def test_what_nobody_uses_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once more lies unused than used, only the used entries stay."""
    monkeypatch.setattr(store, "SPARE_BYTES", 1000)
    first = store.Cache(tmp_path)
    first.put(b"old-old-old-old-", "旧" * 2000)
    first.put(b"new-new-new-new-", "新")
    first.save()
    second = store.Cache(tmp_path)
    assert second.get(b"new-new-new-new-", str) == "新"
    second.save(compact=True)
    third = store.Cache(tmp_path)
    assert third.get(b"new-new-new-new-", str) == "新"
    assert third.get(b"old-old-old-old-", str) is None


def test_without_a_place_for_the_cache_the_site_is_built_all_the_same(
    root: Path, tmp_path: Path
) -> None:
    """A file stands where the cache's folder should be: one line says so."""
    shutil.rmtree(root / ".cache")
    (root / ".cache").write_text("")
    _edit(root, "没有缓存")
    done = xuelan("build", "-C", root)
    assert done.returncode == 0, done.stderr
    assert "缓存写不进去" in done.stderr
    built = contents(root / "site")
    (root / ".cache").unlink()
    assert built == clean(root, tmp_path / "clean")


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment_the_site_is_the_old_or_the_new_one(
    seed: int, root: Path, tmp_path: Path
) -> None:
    """Kill -9 while an edit is being built; the next build is that of a clean folder.

    Once files are being moved in, that is finished all the same.
    """
    before = contents(root / "site")
    start = time.monotonic()
    assert xuelan("build", "-C", root).returncode == 0
    whole = time.monotonic() - start
    _edit(root, "断电")
    after = clean(root, tmp_path / "clean")
    command = [sys.executable, "-m", "xuelan", "build", "-C", str(root)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    time.sleep(whole * random.Random(seed).uniform(0.3, 1.6))
    process.send_signal(signal.SIGKILL)
    process.wait()
    with publish.lock(root / "site"):
        assert contents(root / "site") in (before, after)
    assert xuelan("build", "-C", root).returncode == 0
    assert contents(root / "site") == after


def _namespaces() -> list[str]:
    """How this machine lets a test mount a small disk of its own."""
    for command in (["unshare", "-rm"], ["sudo", "-n", "unshare", "-m"]):
        if shutil.which(command[0]):
            tried = subprocess.run([*command, "true"], capture_output=True, check=False)
            if tried.returncode == 0:
                return command
    message = "neither unprivileged namespaces nor sudo: no small disk can be mounted"
    raise AssertionError(message)


def _bound_by_permissions() -> list[str]:
    """Root may write anywhere, unless it gives that up."""
    return [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override"]


def _may_write(cache: Path, mode: int) -> None:
    for path in (cache, *cache.rglob("*")):
        path.chmod(mode if path.is_dir() else mode & 0o666)


@pytest.mark.parametrize("kept", ["everything", "nothing"])
def test_a_cache_without_leave_to_write_is_said_and_the_site_is_right(
    kept: str, root: Path, tmp_path: Path
) -> None:
    """Two edits while nothing can be kept, and one after it can be again."""
    cache = root / ".cache"
    if kept == "nothing":
        shutil.rmtree(cache)
        cache.mkdir()
    held = contents(cache)
    command = [*_bound_by_permissions(), sys.executable, "-m", "xuelan", "build", "-C", str(root)]
    for number, mode in enumerate((0o555, 0o555, 0o755)):
        _may_write(cache, mode)
        _edit(root, f"第{number}句")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        _may_write(cache, 0o755)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("\n") == (mode == 0o555)
        assert done.stderr.startswith("缓存写不进去（" if mode == 0o555 else "")
        assert (contents(cache) == held) == (mode == 0o555)
        assert contents(root / "site") == clean(root, tmp_path / "clean")


def test_a_cache_on_a_read_only_disk_is_said_and_the_site_is_right(
    root: Path, tmp_path: Path
) -> None:
    """A cache that a runner of builds has mounted, and may only read."""
    held = contents(root / ".cache")
    _edit(root, "只读")
    script = f"""
set -e
mount --bind {root}/.cache {root}/.cache
mount -o remount,bind,ro {root}/.cache
{sys.executable} -m xuelan build -C {root} 2>{tmp_path}/err
"""
    done = subprocess.run([*_namespaces(), "sh", "-c", script], capture_output=True, check=False)
    message = (tmp_path / "err").read_text()
    assert done.returncode == 0, message
    assert message.startswith("缓存写不进去（")
    assert message.count("\n") == 1
    assert contents(root / ".cache") == held
    assert contents(root / "site") == clean(root, tmp_path / "clean")


@pytest.mark.parametrize("size", ["300k", "600k", "900k"])
def test_on_a_full_disk_one_line_says_so_and_the_site_stands(
    size: str, base: Path, tmp_path: Path
) -> None:
    """The site lies on a disk that holds it once, hardly a second time, and never many edits."""
    root, disk = tmp_path / "column", tmp_path / "disk"
    shutil.copytree(base, root, ignore=shutil.ignore_patterns("site", ".site.*", ".cache"))
    disk.mkdir()
    (tmp_path / "extra").write_text("\n\n".join("很长的一段话" * 40 + str(n) for n in range(300)))
    script = f"""
set -e
mount -t tmpfs -o size={size} none {disk}
build="{sys.executable} -m xuelan build -C {root} --site-dir {disk}/site"
$build >/dev/null 2>&1 || true
cp -r {disk}/site {tmp_path}/before 2>/dev/null || mkdir {tmp_path}/before
cat {tmp_path}/extra >> {root}/{REPORT}
dd if=/dev/zero of={disk}/filler bs=1k count=100000 2>/dev/null || true
$build >{tmp_path}/out 2>{tmp_path}/err && exit 9
cp -r {disk}/site {tmp_path}/after 2>/dev/null || mkdir {tmp_path}/after
"""
    done = subprocess.run([*_namespaces(), "sh", "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    message = (tmp_path / "err").read_text()
    assert message.startswith("写不进去：")
    assert message.count("\n") == 1
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


POOL = """
from functools import partial
from xuelan.engine.executor_pool import start_executor
from xuelan.engine.workers import Workers
if __name__ == "__main__":
    helpers = Workers(partial(start_executor, 2), 2, local=False)
    print(list(helpers.map(str, range(4), "", 1)))
    helpers.close()
"""


def test_a_temporary_folder_with_a_long_name(tmp_path: Path) -> None:
    """The fork server's socket has no room there; the processes are started without it."""
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    (tmp_path / "pool.py").write_text(POOL, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "pool.py")]
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("['0', '1', '2', '3']", "")


def _saving(root: Path, times: int) -> Callable[[str, int], None]:
    """Hears how a build gets on; so many times a file is saved as soon as it has been read."""
    left = [times]

    def tell(what: str, _number: int) -> None:
        if what == "读材料" and left[0]:
            left[0] -= 1
            for file in (root / "materials").rglob("*.md"):
                file.write_text(file.read_text(encoding="utf-8") + "\n又一句。\n", encoding="utf-8")

    return tell


def test_a_file_saved_while_a_build_runs_makes_it_begin_anew(root: Path, tmp_path: Path) -> None:
    """No page is made of half of one state of a file and half of another."""
    _edit(root, "先改一处")
    report = build(root, tell=_saving(root, 1))
    assert report.written is not None
    assert contents(root / "site") == clean(root, tmp_path / "clean")
    last = store.load_record(root / RECORDS, publish.manifest_name(root / "site"), SiteManifest)
    assert last is not None
    assert publish.is_untouched(root / "site", last)


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_no_file_passes_for_what_takes_its_place(root: Path, tmp_path: Path, kind: str) -> None:
    """What is in a file cannot make the cache take a link or a pipe for it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("不公开")
    file = root / "materials/stories/a.txt"
    file.write_text(f"link {secret}" if kind == "link" else "other")
    again(root)
    file.unlink()
    if kind == "link":
        file.symlink_to(secret)
    else:
        os.mkfifo(file)
    _edit(root, "又一句")
    report = build(root)
    assert report.written is None
    wanted = "symlink" if kind == "link" else "missing-file"
    assert [p.code.slug for p in report.problems if p.is_error] == [wanted]


def test_a_build_with_errors_touches_nothing(root: Path) -> None:
    """Not even the folder the site should stand in, and it leaves nothing in other places."""
    _edit(root, "见[别处](nowhere.md)")
    temporary = root.parent / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "xuelan", "build", "-C", root, "--site-dir", root / "new/deep/site"],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "dead-link" in done.stdout
    assert not (root / "new").exists()
    assert list(temporary.iterdir()) == []


def test_hand_written_pages_changed_meanwhile_are_not_kept(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the host saw halfway does not come back when the change is taken back."""
    page = root / "docs/index.md"
    before, make = page.read_text(encoding="utf-8"), host.make

    def changing(*given: Any) -> HostOutput:
        page.write_text(before + "\n半路写下的话。\n", encoding="utf-8")
        return make(*given)

    (root / "docs/further.md").write_text("# 又一页\n", encoding="utf-8")
    monkeypatch.setattr(host, "make", changing)
    again(root)
    monkeypatch.undo()
    page.write_text(before, encoding="utf-8")
    again(root)
    assert contents(root / "site") == clean(root, tmp_path / "clean")


def test_files_saved_again_and_again_are_named(root: Path) -> None:
    """A build that is never left alone gives up, and the site stays."""
    before = contents(root / "site")
    _edit(root, "先改一处")
    with pytest.raises(ChangedError, match=r"materials/.*\.md"):
        build(root, tell=_saving(root, 99))
    assert contents(root / "site") == before


def test_a_command_names_the_file_that_is_being_saved(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line for the editor, who then says it again."""

    def changing(_folder: Path) -> NoReturn:
        raise ChangedError(REPORT)

    monkeypatch.setattr("xuelan.check.check", changing)
    done = CliRunner().invoke(main, ["check", "-C", str(root)])
    assert done.exit_code == 1
    assert done.output == f"“{REPORT}”在处理途中又有改动，请再来一次。\n"
