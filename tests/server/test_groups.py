"""What is asked of a source of groups, and for how long an answer counts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyter_secrets.server.groups import (
    RETRY_SECONDS,
    CachedGroups,
    GroupsUnknownError,
    ProviderGroups,
)


class Source:
    """Says what it is told to, and counts how often it was asked."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.asked = 0

    def note(self, user: object, handler: object) -> None:
        pass

    async def groups_of(self, user: str) -> frozenset[str]:
        self.asked += 1
        answer = self.answer
        await asyncio.sleep(0)
        if isinstance(answer, Exception):
            raise answer
        return frozenset({str(answer)})

    async def known_as(self, name: str) -> frozenset[Any]:
        return frozenset()


@pytest.fixture
def now() -> list[float]:
    return [100.0]


def cached(source: Source, now: list[float]) -> CachedGroups:
    return CachedGroups(source, 10.0, lambda: now[0])


def test_an_answer_counts_for_as_long_as_is_set_and_no_longer(now):
    source = Source("analysts")

    async def run() -> None:
        groups = cached(source, now)
        assert await groups.groups_of("bob") == {"analysts"}
        source.answer = "cooks"
        now[0] += 9.9
        assert await groups.groups_of("bob") == {"analysts"}
        now[0] += 0.1
        assert await groups.groups_of("bob") == {"cooks"}

    asyncio.run(run())
    assert source.asked == 2


def test_after_that_nothing_older_counts_where_the_source_is_silent(now):
    source = Source("analysts")

    async def run() -> None:
        groups = cached(source, now)
        await groups.groups_of("bob")
        source.answer = GroupsUnknownError("away")
        now[0] += 10
        with pytest.raises(GroupsUnknownError, match="away"):
            await groups.groups_of("bob")
        assert groups.remembered("bob", 1_000.0) is None
        now[0] += RETRY_SECONDS
        source.answer = "cooks"
        assert await groups.groups_of("bob") == {"cooks"}

    asyncio.run(run())


def test_calls_that_wait_together_ask_once_and_each_user_is_asked_for(now):
    source = Source("analysts")

    async def run() -> None:
        groups = cached(source, now)
        await asyncio.gather(*(groups.groups_of(user) for user in ("bob", "bob", "carol", "bob")))

    asyncio.run(run())
    assert source.asked == 2


def test_a_caller_who_gives_up_spoils_nothing_for_the_others(now):
    source = Source("analysts")

    async def run() -> None:
        groups = cached(source, now)
        impatient = asyncio.create_task(groups.groups_of("bob"))
        await asyncio.sleep(0)
        impatient.cancel()
        assert await groups.groups_of("bob") == {"analysts"}

    asyncio.run(run())


def test_a_source_that_hangs_makes_the_first_call_wait_and_no_other_for_long(now, monkeypatch):
    monkeypatch.setattr("jupyter_secrets.server.groups.PATIENCE_SECONDS", 0.01)
    source = Hanging()

    async def run() -> None:
        groups = cached(source, now)
        first = asyncio.create_task(groups.groups_of("bob"))
        await asyncio.sleep(0)
        source.end.set()
        with pytest.raises(GroupsUnknownError, match="away"):
            await first
        source.end.clear()
        now[0] += 5
        for _ in range(3):  # a new question hangs meanwhile
            with pytest.raises(GroupsUnknownError, match="away"):
                await asyncio.wait_for(groups.groups_of("bob"), 2)
        source.error = None
        source.end.set()
        assert await groups.groups_of("bob") == {"analysts"}

    asyncio.run(run())
    assert source.asked == 2


class Hanging(Source):
    """Says nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__("analysts")
        self.end = asyncio.Event()
        self.error: GroupsUnknownError | None = GroupsUnknownError("away")

    async def groups_of(self, user: str) -> frozenset[str]:
        self.asked += 1
        await self.end.wait()
        if self.error:
            raise self.error
        return frozenset({"analysts"})


def test_a_provider_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("jupyter_secrets.server.groups.TIMEOUT_SECONDS", 0.05)

    class Directory:
        async def get_user_groups(self, username: str) -> list[str]:
            await asyncio.sleep(60)
            return []

    with pytest.raises(GroupsUnknownError, match="Directory does not answer"):
        asyncio.run(ProviderGroups(Directory()).groups_of("bob"))
