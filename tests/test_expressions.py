"""No regular expression of the package backtracks badly, whatever text it meets.

Every expression is tried on hostile texts: what it begins to match, followed by a long run of
characters that repeat. Four times the text may take about four times as long.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import jupyter_secrets

PACKAGE = Path(jupyter_secrets.__file__).parent
CALLS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall"})
CALLS |= {"finditer"}

SINGLE = "aA1é-_ \t\n.:/=;,@%&#'\"\\<>{}[]()!?+~*|$`\x1b\x07\u200b"
PAIRS = [a + b for a, b in product('aA1- \n"', "aA-_ \n=:@.") if a != b]
UNITS = [*SINGLE, *PAIRS, "a://", "://a:", "eyJ.", "\x1b[", "<!--", "&#", "\\u0041", "a=b\n"]
TAILS = ["", "\0"]
# Bounded repeats take their full length at each place; beyond it time has to grow with the text.
SMALL, LARGE = 2_000, 8_000
GROWTH = 8
NOISE_SECONDS = 0.02
LIMIT_SECONDS = 2.0
# What only another program imports, which need not be installed.
OF_OTHERS = {"jupyter_secrets.scheduler"}


class Expression(NamedTuple):
    place: str
    pattern: re.Pattern[Any]
    searched: bool  # it is looked for in a text, not only at a given place of it


def expressions() -> Iterator[Expression]:
    """Yield each expression of the package."""
    for module in modules():
        for name, value in vars(module).items():
            for item in value if isinstance(value, (tuple, list)) else [value]:
                if isinstance(item, re.Pattern):
                    yield Expression(f"{module.__name__}.{name}", item, is_searched(module, name))
    for path, call in calls():
        pattern = call.args[0]
        if isinstance(pattern, ast.Constant):
            place = f"{path.relative_to(PACKAGE)}:{call.lineno}"
            yield Expression(place, re.compile(pattern.value), True)


def is_searched(module: Any, name: str) -> bool:
    source = inspect.getsource(module)
    used = re.findall(rf"\b{name}\b(?:\.([a-z]+))?", source)
    return not {"match", "fullmatch"}.issuperset(used[1:])


def modules() -> Iterator[Any]:
    for info in pkgutil.walk_packages([str(PACKAGE)], "jupyter_secrets."):
        if not info.name.endswith("__main__") and info.name not in OF_OTHERS:
            yield importlib.import_module(info.name)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Yield the calls of functions of `re` that are made when a function runs."""
    for path in PACKAGE.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                continue
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in CALLS
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "re"
                ):
                    yield path, node


def beginnings(pattern: re.Pattern[Any]) -> list[str]:
    """Return texts that the expression matches the beginning of, the empty one first."""
    parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    sample = _sample(parser.parse(text, pattern.flags & ~re.UNICODE & ~re.DEBUG))[:60]
    places = range(0, len(sample), max(1, len(sample) // 4))
    return list(dict.fromkeys([*(sample[:end] for end in places), sample]))


def _sample(tree: Any) -> str:
    """Return about the shortest text that a parsed expression matches."""
    return "".join(_SAMPLES.get(str(code), _nothing)(argument) for code, argument in tree)


def _nothing(_: Any) -> str:
    return ""


def _any_of(options: Any) -> str:
    code, argument = options[0]
    if str(code) == "NEGATE":
        excluded = {item for kind, item in options[1:] if str(kind) == "LITERAL"}
        return next(letter for letter in "a1 -" if ord(letter) not in excluded)
    if str(code) == "RANGE":
        return chr(argument[0])
    if str(code) == "CATEGORY":
        return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " "}.get(str(argument), "a")
    return chr(argument)


_SAMPLES: dict[str, Callable[[Any], str]] = {
    "LITERAL": chr,
    "NOT_LITERAL": lambda code: "a" if code != ord("a") else "b",
    "ANY": lambda _: "a",
    "IN": _any_of,
    "BRANCH": lambda branch: _sample(branch[1][-1]),
    "SUBPATTERN": lambda group: _sample(group[3]),
    "ATOMIC_GROUP": _sample,
    "MAX_REPEAT": lambda repeat: _sample(repeat[2]) * max(min(repeat[0], 40), min(1, repeat[1])),
    "MIN_REPEAT": lambda repeat: _sample(repeat[2]) * max(min(repeat[0], 40), 1),
}


def seconds(expression: Expression, text: str) -> float:
    """Return the CPU time of finding all matches in a text, and of trying the whole of it."""
    pattern = expression.pattern
    subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    start = time.process_time()
    if expression.searched:
        for _ in pattern.finditer(subject):
            pass
    pattern.match(subject)
    pattern.fullmatch(subject)
    return time.process_time() - start


def is_slow(pattern: Expression, begin: str, unit: str, tail: str) -> bool:
    def text(size: int) -> str:
        return begin + unit * (size // len(unit)) + tail

    seconds(pattern, text(60))  # what is exponential never comes back from here
    if seconds(pattern, text(LARGE)) < NOISE_SECONDS:
        return False
    small, large = (min(seconds(pattern, text(size)) for _ in range(3)) for size in (SMALL, LARGE))
    return large > GROWTH * small + NOISE_SECONDS / 10


def examine() -> None:
    """Print each expression and hostile text that do not go together."""

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, stop)
    found = list(expressions())
    for expression in found:
        for begin, unit, tail in product(beginnings(expression.pattern), UNITS, TAILS):
            signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_SECONDS)
            try:
                slow = is_slow(expression, begin, unit, tail)
            except TimeoutError:
                slow = True
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if slow:
                print(f"{expression.place}: {begin!r} + {unit!r} * n + {tail!r}", flush=True)
                break
    print(f"{len(found)} expressions")


def test_no_expression_takes_longer_than_its_text_grows() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "from tests.test_expressions import examine; examine()"],
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )

    *slow, count = answer.stdout.splitlines()
    assert slow == []
    assert int(count.split()[0]) > 20


def test_each_expression_stands_in_the_code_as_it_is() -> None:
    made_up = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path, call in calls()
        if not isinstance(call.args[0], ast.Constant)
    ]

    assert made_up == []
