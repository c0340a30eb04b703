"""A lost process is said and replaced: nothing is missing, and the rest stays parallel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from xuelan.engine import fork_pool, forks
from xuelan.engine.executor_pool import start_executor
from xuelan.engine.forks import LostProcessError, run_detached
from xuelan.engine.losses import MOST_LOSSES
from xuelan.engine.workers import Workers

COUNT = 400
STEP = "渲染正文"
REPLACED = f"一个工作进程意外结束（{STEP}），已换一个继续。"
GAVE_UP = f"工作进程接连意外结束（{STEP}，共 {MOST_LOSSES + 1} 次），改由一个进程继续"


@pytest.fixture(autouse=True)
def _forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests in this process may have left threads, beside which nothing is forked."""
    monkeypatch.setattr(forks, "can_fork", lambda: True)
    monkeypatch.setattr(forks, "can_fork_to_rename", lambda: True)


def _workers(*, local: bool = True) -> Workers:
    return Workers(partial(start_executor, 2), 2, local=local)


def _waits(folder: Path, others: int, number: int) -> int:
    """The process that did item ``number``.

    From the 100th on it waits for a sign, and then for ``others`` to have come as far.
    """
    if number >= 100:
        while not (folder / "go").exists():
            time.sleep(0.01)
        (folder / f"process-{os.getpid()}").touch()
        deadline = time.monotonic() + 60
        while len(_went_on(folder)) <= others and time.monotonic() < deadline:
            time.sleep(0.01)
    return os.getpid()


def _went_on(folder: Path) -> set[int]:
    return {int(path.name.removeprefix("process-")) for path in folder.glob("process-*")}


def _dies_once(folder: Path, number: int) -> tuple[int, int]:
    """The number and the process; item 205 kills the first process that comes to it."""
    if number == 205:
        try:
            (folder / "died").mkdir()
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return number, os.getpid()


def _dies(parent: int, number: int) -> tuple[int, int]:
    """The number and the process; each process but the parent dies at every tenth item."""
    if number % 10 == 5 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return number, os.getpid()


def _dies_sending_once(folder: Path, number: int) -> int | bytes:
    """The number; but item 100 is killed in the middle of sending what no pipe holds."""
    if number != 100 or (folder / "died").exists():
        return number
    (folder / "died").mkdir()
    subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {os.getpid()}"])
    return bytes(1 << 28)


@pytest.mark.parametrize("local", [True, False])
def test_another_process_takes_the_place_of_a_killed_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, local: bool
) -> None:
    """Two work to the end, this process does nothing of theirs, and one line says it."""
    workers = _workers(local=local)
    made = workers.map(partial(_waits, tmp_path, 1), range(COUNT), STEP, 10)
    first = next(made)
    os.kill(first, signal.SIGKILL)
    (tmp_path / "go").touch()
    processes = Counter([first, *made])
    workers.close()
    assert processes.total() == COUNT
    went_on = _went_on(tmp_path) - {first, os.getpid()}
    assert went_on == _went_on(tmp_path)
    if local:
        assert len(went_on) == 2
        assert went_on <= set(processes)
    else:  # replaced whole: two new ones, and the one left may begin an item before that
        assert len(went_on) in (2, 3)
        assert len(went_on & set(processes)) >= 2
    assert processes[os.getpid()] == 0
    assert caplog.messages == [REPLACED]


@pytest.mark.parametrize("local", [True, False])
def test_the_chunk_of_a_killed_process_is_done_by_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, local: bool
) -> None:
    """Not by this process, and no item is missing or out of its place."""
    workers = _workers(local=local)
    made = list(workers.map(partial(_dies_once, tmp_path), range(COUNT), STEP, 10))
    workers.close()
    assert [number for number, _ in made] == list(range(COUNT))
    assert os.getpid() not in {process for _, process in made}
    assert caplog.messages == [REPLACED]


def test_half_a_result_is_made_again_by_another_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The half that has come does not count."""
    made = list(_workers().map(partial(_dies_sending_once, tmp_path), range(COUNT), STEP, 10))
    assert made == list(range(COUNT))
    assert caplog.messages == [REPLACED]


@pytest.mark.parametrize("local", [True, False])
def test_after_several_losses_one_process_goes_on(
    caplog: pytest.LogCaptureFixture, local: bool
) -> None:
    """One line names the likely cause; results are right, and the next step is not parallel."""
    workers = _workers(local=local)
    for _ in range(2):
        made = list(workers.map(partial(_dies, os.getpid()), range(COUNT), STEP, 10))
        assert [number for number, _ in made] == list(range(COUNT))
    assert {process for _, process in made} == {os.getpid()}
    workers.close()
    assert caplog.messages[:-1] == [REPLACED] * MOST_LOSSES
    assert caplog.messages[-1].startswith(GAVE_UP)
    assert "内存不够" in caplog.messages[-1]


def _full() -> int:
    raise BlockingIOError


def test_a_process_that_cannot_be_replaced_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system has room for no other, those that are left do the rest."""
    made = _workers().map(partial(_waits, tmp_path, 0), range(COUNT), STEP, 10)
    killed = next(made)
    monkeypatch.setattr(os, "fork", _full)
    os.kill(killed, signal.SIGKILL)
    (tmp_path / "go").touch()
    processes = Counter(made)
    assert processes.total() == COUNT - 1
    assert processes[os.getpid()] <= 10
    assert caplog.messages == [f"一个工作进程意外结束（{STEP}），没能换上新的，由余下的进程继续。"]


def test_a_step_without_any_process_is_said(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is done here."""
    monkeypatch.setattr(os, "fork", _full)
    assert set(_workers().map(partial(_dies, os.getpid()), range(COUNT), STEP)) == {
        (number, os.getpid()) for number in range(COUNT)
    }
    assert caplog.messages == [f"系统开不了工作进程（{STEP}），由一个进程做，会慢一些。"]


def test_a_background_task_done_again_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """It is done here when its process is lost."""
    with _workers().submit(partial(_dies, os.getpid(), 5), STEP) as result:
        assert result() == (5, os.getpid())
    assert caplog.messages == [f"一个工作进程意外结束（{STEP}），这一步改由主进程重做。"]


def test_a_detached_task_is_done_again_by_another_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And never by this one, which may be killed."""

    def task() -> None:
        (tmp_path / str(_dies_once(tmp_path, 205)[1])).touch()

    run_detached(task, STEP)
    done = {path.name for path in tmp_path.iterdir()}
    assert len(done) == 2
    assert str(os.getpid()) not in done
    assert caplog.messages == [REPLACED]


def test_a_detached_task_that_is_lost_twice_is_an_error() -> None:
    """It says which step was lost."""
    with pytest.raises(LostProcessError, match=STEP):
        run_detached(lambda: os.kill(os.getpid(), signal.SIGKILL), STEP)


def _takes(board: fork_pool._Board, slot: int) -> Callable[[], None]:
    def task() -> None:
        board.take(slot)
        if slot == 0:  # dies while it holds the lock
            import fcntl

            fcntl.lockf(board._lock, fcntl.LOCK_EX)
            os.kill(os.getpid(), signal.SIGKILL)

    return task


def test_a_fork_killed_while_it_takes_a_chunk_blocks_nobody() -> None:
    """Its lock goes with it, and the board says which chunk it had."""
    board = fork_pool._Board(2, 3)
    with pytest.raises(LostProcessError):  # both that try are killed, with chunks 0 and 1
        run_detached(_takes(board, 0), STEP)
    assert board.get(0) == 1
    assert board.take(1) == 2
    assert board.take(1) is None
    board.close()


TYPST = """
import os
import typst
from xuelan.engine.forks import can_fork
from functools import partial
from xuelan.engine.executor_pool import start_executor
from xuelan.engine.workers import Workers

def pages(text):
    return typst.compile(text.encode(), format="pdf")[:5], os.getpid()

if __name__ == "__main__":
    assert can_fork()
    pages("甲")
    assert not can_fork()
    workers = Workers(partial(start_executor, 2), 2)
    made = list(workers.map(pages, ["乙", "丙", "丁"], "排版", 1))
    with workers.submit(lambda: pages("戊"), "排版") as result:
        made.append(result())
    workers.close()
    assert [begin for begin, _ in made] == [b"%PDF-"] * 4
    print("done")
"""


def test_nothing_is_forked_beside_a_thread_of_a_library(tmp_path: Path) -> None:
    """A fork that used typst, whose threads Python does not know, would wait for ever."""
    script = tmp_path / "script.py"
    script.write_text(TYPST, encoding="utf-8")
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_threads_of_a_library_do_not_keep_files_from_being_moved_safely() -> None:
    """After typst has run here, a site is still moved in by a fork that no kill stops."""
    script = """
import os
from xuelan.engine.forks import can_fork, run_detached
import typst
typst.compile(b"= a")
assert not can_fork()
here = os.getpid()
def task():
    assert os.getpid() != here
run_detached(task, "x")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_where_the_system_does_not_tell_threads_python_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a container without ``/proc`` a build forks as well, and gives no traceback."""

    def hidden(path: str) -> list[str]:
        raise FileNotFoundError(path)

    monkeypatch.setattr(os, "listdir", hidden)
    assert forks._count_threads() == threading.active_count()
