"""Tasks shared out among processes of this machine, or the workers of a cluster; one that is killed costs one county.

A county that was under way when its process died is begun again by another. The processes end with the one that
started them.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from etl.counties.work import Made, Stopped, Task, done
from etl.errors import SettingsError

Answer = Made | Stopped
_TRIES = 3
"""So often may processes die without one county being finished in between: then it is no accident."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def by_processes(tasks: Sequence[Task], count: int, work: Callable[[Task], Answer] = done) -> Iterator[Answer]:
    """The answers as they come, from up to `count` processes at a time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])
    waiting, fruitless = list(tasks), 0
    while waiting:
        if fruitless == _TRIES:
            names = ", ".join(task.county for task in waiting[:count])
            raise SettingsError(
                f"The processes that build counties died {_TRIES} times in a row, at {names}: is there enough memory? "
                "Give fewer --workers. What is finished is kept; the same command goes on from there."
            )
        fruitless += 1
        with ProcessPoolExecutor(min(count, len(waiting)), mp_context=context, initializer=_end_with_parent) as pool:
            under_way: dict[Future[Answer], Task] = {pool.submit(work, task): task for task in waiting}
            try:
                for future in as_completed(under_way):
                    answer = future.result()
                    waiting.remove(under_way[future])
                    fruitless = 0
                    yield answer
            except BrokenProcessPool:
                continue
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """A killed parent tells nobody: its workers watch for its end."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def by_cluster(tasks: Sequence[Task], scheduler: str, work: Callable[[Task], Answer] = done) -> Iterator[Answer]:
    """The answers as they come from the workers of a Dask cluster, which see the same folders as this machine."""
    try:
        from distributed import Client
        from distributed import as_completed as arriving
        from distributed.scheduler import KilledWorker
    except ImportError as fault:
        raise SettingsError("A cluster needs dask.distributed: pip install 'daylight-ledger[scale]'.") from fault
    try:
        client = Client(scheduler, timeout=10)  # type: ignore[no-untyped-call,unused-ignore]
    except (OSError, ValueError, TimeoutError) as fault:
        raise SettingsError(f"The cluster at {scheduler} does not answer: is the scheduler running there?") from fault
    with client:
        named = {f"daylight-{task.county}": task for task in tasks}
        futures = client.map(work, list(named.values()), key=list(named), pure=False, retries=_TRIES)
        try:
            for future in arriving(futures):  # type: ignore[no-untyped-call,unused-ignore]
                yield future.result()
        except KilledWorker as fault:
            raise SettingsError(
                "A county's build killed several workers of the cluster: is there enough memory? What is finished is "
                "kept; the same command goes on from there."
            ) from fault
