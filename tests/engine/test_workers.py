"""Tasks spread over processes give the same results wherever they run."""

from __future__ import annotations

import errno
import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

import tiny
from trees import REPORT, again, clean, contents, eager
from xuelan.build import RECORDS
from xuelan.engine.cache import Cache, EntryLocation
from xuelan.engine.executor_pool import start_executor
from xuelan.engine.workers import SERIAL, Workers
from xuelan.text.digests import key_of

COUNT = 400


@pytest.fixture(autouse=True)
def _forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests in this process may have left threads, beside which nothing is forked."""
    monkeypatch.setattr("xuelan.engine.forks.can_fork", lambda: True)


def _workers(kind: str) -> Workers:
    if kind == "here":
        return SERIAL
    return Workers(partial(start_executor, 2), 2, local=kind == "forks")


@pytest.mark.parametrize("kind", ["here", "forks", "others"])
def test_results_come_in_order_with_what_comes_before_and_after(kind: str) -> None:
    """``prepare`` and ``store`` may use all that this process holds; None skips the task."""
    texts = {n: str(n * n) for n in range(COUNT)}
    workers = _workers(kind)
    made = workers.map(
        len,
        range(COUNT),
        "",
        prepare=lambda n: texts[n] if n % 3 else None,
        store=lambda n, length: (texts[n], length),
    )
    assert list(made) == [(texts[n], len(texts[n]) if n % 3 else None) for n in range(COUNT)]
    workers.close()


def _process(_: object) -> int:
    return os.getpid()


def test_forks_do_the_work_and_begin_at_once() -> None:
    """All results are made by other processes, which begin before the results are asked for."""
    workers = _workers("forks")
    made = workers.map(_process, range(COUNT), "")
    assert os.getpid() not in set(made)


def _urgency(_: object) -> int:
    return os.nice(0)


def test_forks_are_less_urgent_than_their_parent() -> None:
    """Their priority is lower; that of this process stays as it was."""
    workers, own = _workers("forks"), os.nice(0)
    assert min(workers.map(_urgency, range(COUNT), "")) > own
    with workers.submit(lambda: _urgency(None), "") as urgency:
        assert urgency() > own
    assert os.nice(0) == own


def _dies_sending(main: int, number: int) -> int | bytes:
    """The number; but a fork is killed while it sends a result larger than a pipe holds."""
    if number or os.getpid() == main:
        return number
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return bytes(1 << 28)


def test_a_fork_killed_while_it_sends_a_result() -> None:
    """The half that has arrived is dropped, and the parent does not wait for the rest."""
    made = _workers("forks").map(partial(_dies_sending, os.getpid()), range(COUNT), "")
    assert list(made) == list(range(COUNT))


def test_a_submitted_task_runs_in_another_process() -> None:
    """Its result comes back to this one."""
    with _workers("forks").submit(lambda: (os.getpid(), "甲"), "") as result:
        other, word = result()
    assert other != os.getpid()
    assert word == "甲"


@pytest.mark.parametrize("kind", ["here", "others"])
def test_without_forks_a_submitted_task_runs_when_its_result_is_asked_for(kind: str) -> None:
    """In this process, and not before."""
    done: list[int] = []
    with _workers(kind).submit(lambda: done.append(os.getpid()), "") as result:
        assert not done
        result()
    assert done == [os.getpid()]


def test_a_submitted_task_whose_process_is_lost_is_done_here() -> None:
    """So is one whose result cannot be pickled."""
    here = os.getpid()

    def dies() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    with _workers("forks").submit(dies, "") as result:
        assert result() == here
    with _workers("forks").submit(threading.Lock, "") as made:  # cannot be sent
        assert not made().locked()


def test_an_error_of_a_submitted_task_is_raised_here(tmp_path: Path) -> None:
    """With its own type, when the result is asked for; the task is not done again."""

    def fails() -> None:
        with (tmp_path / "done").open("a") as file:
            file.write("once ")
        raise ZeroDivisionError

    with _workers("forks").submit(fails, "") as result, pytest.raises(ZeroDivisionError):
        result()
    assert (tmp_path / "done").read_text() == "once "


def test_where_no_process_can_be_made_a_submitted_task_is_done_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A system may have room for no further process."""

    def full() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", full)
    with _workers("forks").submit(os.getpid, "") as result:
        assert result() == os.getpid()


def test_an_error_in_a_fork_is_raised_here() -> None:
    """With its own type, after the results of the chunks before it."""
    made = _workers("forks").map(lambda n: 1 // (n - 199), range(COUNT), "")
    assert len(list(itertools.islice(made, 150))) == 150
    with pytest.raises(ZeroDivisionError) as raised:
        list(made)
    assert "n: 1 // (n - 199)" in str(raised.value.__cause__)  # where it was raised


class _Twofold(Exception):  # noqa: N818
    """An error that can be pickled, but not loaded again."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} {other}")


def _fails(number: int) -> int:
    if number == 199:
        raise _Twofold(number, number)
    return number


def test_an_error_that_cannot_be_sent_is_raised_here_too() -> None:
    """Its chunk is done again here, and raises it."""
    with pytest.raises(_Twofold):
        list(_workers("forks").map(_fails, range(COUNT), ""))


def test_closing_the_results_ends_all_forks() -> None:
    """Before the first result is asked for, and after."""
    before = set(multiprocessing.active_children())
    for taken in (0, 1):
        made = _workers("forks").map(_process, range(COUNT), "")
        assert len(list(itertools.islice(made, taken))) == taken
        assert set(multiprocessing.active_children()) > before
        made.close()
        assert set(multiprocessing.active_children()) == before


def test_a_stopped_fork_whose_results_have_arrived_holds_nothing_up() -> None:
    """The end of the results is reached without it."""
    made = _workers("forks").map(_process, range(COUNT), "")
    forks = {next(made) for _ in range(COUNT)}
    for fork in multiprocessing.active_children():
        os.kill(fork.pid or 0, signal.SIGSTOP)

    def go_on() -> None:
        for fork in forks:
            os.kill(fork, signal.SIGCONT)

    waiting = threading.Timer(20, go_on)
    waiting.start()
    assert list(made) == []
    assert waiting.is_alive()
    waiting.cancel()


def test_a_fork_reads_the_cache_and_does_not_change_it(tmp_path: Path) -> None:
    """It reads what its parent put just before; what it puts itself is dropped."""
    cache = Cache(tmp_path)
    keys = [key_of(n) for n in range(COUNT)]
    for n, key in enumerate(keys[:200]):
        cache.put(key, n)

    def fork() -> None:
        read = [cache.get(key, int) for key in keys[:200]]
        cache.put(keys[300], -1)
        os._exit(0 if read == list(range(200)) else 1)

    process = multiprocessing.get_context("fork").Process(target=fork)
    process.start()
    process.join()
    assert process.exitcode == 0
    for n, key in enumerate(keys[200:], 200):
        cache.put(key, n)
    cache.save()
    assert [Cache(tmp_path).get(key, int) for key in keys] == list(range(COUNT))


def _in_a_fork(work: Callable[[], None]) -> None:
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()


def test_entries_written_by_forks_are_added(tmp_path: Path) -> None:
    """They stay in packs of the forks; a fork that is killed later spoils none of them."""
    cache, pipe = Cache(tmp_path), multiprocessing.SimpleQueue()

    def fork(first: int) -> None:
        for n in range(first, first + 3):
            pipe.put((key_of(n), cache.put_in_fork(key_of(n), msgspec.msgpack.encode(n))))
        cache.put_in_fork(key_of("untold"), b"x" * 100)
        os.kill(os.getpid(), signal.SIGKILL)

    cache.put(key_of("here"), "here")
    for first in (0, 3):
        _in_a_fork(partial(fork, first))
    for _ in range(6):
        cache.add_from_fork(*pipe.get())
    assert [cache.get(key_of(n), int) for n in range(6)] == list(range(6))
    cache.save()
    again = Cache(tmp_path)
    assert [again.get(key_of(n), int) for n in range(6)] == list(range(6))
    assert again.get(key_of("here"), str) == "here"
    assert not again.touch(key_of("untold"))
    assert not list(tmp_path.glob(".*"))


def test_an_entry_that_a_fork_cannot_write_is_sent(tmp_path: Path) -> None:
    """The entry itself comes back where no pack can be made."""
    folder = tmp_path / "cache"
    cache, pipe = Cache(folder), multiprocessing.SimpleQueue()
    folder.write_bytes(b"")  # no folder can be made in its place
    _in_a_fork(lambda: pipe.put(cache.put_in_fork(b"k" * 16, b"entry")))
    left = pipe.get()
    assert left == b"entry"
    cache.add_from_fork(b"k" * 16, left)
    assert cache.fault


def _column(root: Path) -> Path:
    text = tiny.text(REPORT)
    lines = [line for line in text.split("\n") if not line.startswith(("related: ", "work: "))]
    body = "\n".join(lines)
    files = {
        f"materials/reports/report-{n}.md": body.replace("report-letter", f"report-{n}", 1)
        for n in range(COUNT)
    }
    return tiny.write(root, files)


@pytest.mark.parametrize("taken", [0, 100, COUNT + 100])
def test_a_cache_that_gives_up_in_mid_run_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    """Entries written by forks until then are lost; those texts are read or rendered again."""
    root = _column(tmp_path / "column")
    take_in, count = Cache.add_from_fork, itertools.count()

    def gives_up(cache: Cache, key: bytes, left: bytes | EntryLocation) -> None:
        if next(count) == taken:
            cache._give_up(OSError(errno.ENOSPC, "no room"))
        take_in(cache, key, left)

    monkeypatch.setattr(Cache, "add_from_fork", gives_up)
    report = again(root)
    assert next(count) > taken
    assert report.fault == "no room"
    assert not [p for p in (root / RECORDS).iterdir() if p.suffix in (".pack", ".part")]
    monkeypatch.undo()
    assert contents(root / "site") == clean(root, tmp_path / "clean")


@pytest.mark.parametrize("step", ["读材料", "渲染正文", "生成页面", "编检索"])
@pytest.mark.parametrize("before", [False, True])
def test_a_fork_killed_in_mid_run_costs_no_page(tmp_path: Path, step: str, before: bool) -> None:
    """Files it had begun are made again: in a new site, and in one that is updated."""
    root = _column(tmp_path / "column")
    if before:
        subprocess.run(eager("build", "-C", root), check=True, capture_output=True)
        for file in (root / "materials/reports").glob("*.md"):
            file.write_text(file.read_text() + "\n又一段。\n")
    with subprocess.Popen(eager("build", "-C", root), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"{step} "):
                for fork in _children(process.pid)[-1:]:  # the first may do something else
                    os.kill(fork, signal.SIGKILL)
                break
        rest = process.stderr.read()
    assert process.returncode == 0, rest
    assert contents(root / "site") == clean(root, tmp_path / "clean")


def _children(process: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


ORPHANS = """
import os, time
from collections.abc import Callable
from functools import partial
from xuelan.engine.executor_pool import start_executor
from xuelan.engine.workers import Workers
def work(n):
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(60)
made = Workers(partial(start_executor, 2), 2).map(work, range(400), "")
time.sleep(60)
"""


def test_forks_die_with_their_parent() -> None:
    """No process goes on writing when its build has been killed."""
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        forks = [int(parent.stdout.readline()) for _ in range(2)]
        assert all(Path(f"/proc/{fork}").exists() for fork in forks)
        parent.kill()
        assert parent.stdout.read() == ""  # ends when the last process that holds it has ended
