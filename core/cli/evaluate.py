"""`eval`: an engine against a file of questions, without sessions or Redis, in parallel; with gold SQL a full report.

By the conventions of benchmarks the built-in engine shows the columns asked for and no more; by those of the product it adds the
measure that ranked a row and sorts groups by it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

import msgspec

from core.cli.output import Progress, printable, to_json
from core.cli.status import ANSWERED, WRONG_USAGE
from core.config import Settings
from core.errors import ConfigError
from core.evaluation.answering import Setting
from core.evaluation.failures import failures
from core.evaluation.measures import tally
from core.evaluation.outcome import Outcome, judged, read_outcomes
from core.evaluation.questions import Split, is_held_out, of_split, read_questions
from core.evaluation.report import report
from core.evaluation.runner import evaluate
from core.evaluation.versus import versus
from core.nl2sql.builtin import BENCHMARK, Conventions
from core.nl2sql.engine import Engine
from core.wiring import build_engines, current_settings


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "eval", help="run an engine over a file of questions; with gold SQL, how right it is and where not"
    )
    parser.add_argument(
        "questions", type=Path, nargs="?", help="lines {id, question, db_path | db, sql?, alt_sql?, interaction?, turn?}"
    )
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="what db_path is relative to")
    parser.add_argument("--engine", choices=("auto", "builtin", "llm"), default="builtin")
    parser.add_argument("--conventions", choices=("benchmark", "product"), default="benchmark", help="of the built-in engine")
    parser.add_argument("--split", choices=get_args(Split), default="all", help="of the databases, by name; a third is held out")
    parser.add_argument(
        "--history",
        choices=("own", "gold"),
        default="own",
        help="what a later turn of a dialogue follows: own answers or the gold's",
    )
    parser.add_argument("--out", type=Path, metavar="RESULTS.jsonl", help="where the results go; standard output when left out")
    parser.add_argument("--report", type=Path, metavar="RESULTS.jsonl", help="print the report of an earlier run; nothing is run")
    parser.add_argument("--against", type=Path, metavar="RESULTS.jsonl", help="what was gained and lost since that run")
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="also N questions of each kind of failure, gain and loss"
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="of judged statements; in the data directory when left out")
    parser.add_argument("--jobs", type=int, default=0, help="processes; 0: one per processor")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """The results go to --out and the report to standard output; without --out the results go there and the report to stderr."""
    if (arguments.questions is None) is (arguments.report is None):
        print("Give a file of questions, or --report with the results of an earlier run.", file=sys.stderr)
        return WRONG_USAGE
    try:
        earlier = read_outcomes(arguments.against) if arguments.against else None
        outcomes = _again(arguments) if arguments.report else _outcomes(arguments)
    except (OSError, msgspec.DecodeError) as exc:
        print(f"The questions or results file cannot be read: {exc}", file=sys.stderr)
        return WRONG_USAGE
    told = sys.stdout if arguments.out or arguments.report else sys.stderr
    print(printable("\n\n".join(_told(outcomes, earlier, arguments.show))), file=told)
    return ANSWERED


def _told(outcomes: Sequence[Outcome], earlier: Sequence[Outcome] | None, show: int) -> list[str]:
    sections = [report(outcomes)]
    sections += [failures(outcomes, show)] if show > 0 else []
    sections += [versus(earlier, outcomes, max(show, 0))] if earlier is not None else []
    return [section for section in sections if section]


def _again(arguments: argparse.Namespace) -> list[Outcome]:
    outcomes, split = read_outcomes(arguments.report), arguments.split
    return [outcome for outcome in outcomes if split == "all" or is_held_out(outcome.db) is (split == "held-out")]


def _outcomes(arguments: argparse.Namespace) -> list[Outcome]:
    """Runs the questions and writes the results, in the order of the file."""
    questions = of_split(read_questions(arguments.questions), arguments.split)
    settings = current_settings()
    if arguments.engine not in build_engines(settings):
        raise ConfigError("No chat model is configured, so the llm engine cannot answer.", "Set OPENAI_API_KEY and OPENAI_MODEL.")
    conventions = BENCHMARK if arguments.conventions == "benchmark" else None
    cache = arguments.cache or settings.data_dir / "verdicts"
    setting = Setting(
        partial(_engine, arguments.engine, conventions, settings),
        arguments.root,
        settings.data_dir / "catalogs",
        cache,
        arguments.history == "gold",
    )
    progress = Progress()
    outcomes = evaluate(questions, setting, progress, arguments.jobs or None)
    progress.end()
    _print_accuracy(outcomes)
    text = "".join(to_json(outcome) + "\n" for outcome in outcomes)
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return outcomes


def _engine(name: str, conventions: Conventions | None, settings: Settings) -> Engine:
    return build_engines(settings, conventions)[name]


def _print_accuracy(outcomes: Sequence[Outcome]) -> None:
    scored = tally(judged(outcomes))
    if scored.count:
        print(f"execution accuracy {scored.accuracy:.2%} ({scored.right} of {scored.count})", file=sys.stderr)
