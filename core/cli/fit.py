"""`fit`: the weights of the built-in engine's ranker, from a file of questions with known SQL."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec

from core.cli.output import Progress
from core.cli.status import ANSWERED, WRONG_USAGE
from core.evaluation.fitting import fit
from core.evaluation.questions import Split, of_split, read_questions
from core.nl2sql.builtin.weighing.ranker import FILE
from core.wiring import current_settings


def add(commands: Any) -> None:
    parser = commands.add_parser("fit", help="fit the built-in engine's choice among readings to questions with known SQL")
    parser.add_argument("questions", type=Path, help="lines {id, question, db_path, sql}, of SQLite files")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="what db_path is relative to")
    parser.add_argument(
        "--split", choices=get_args(Split), default="train", help="of the databases, by name; a third is held out"
    )
    parser.add_argument(
        "--out", type=Path, default=FILE, metavar="RANKER.json", help="where the weights go; the engine's own file"
    )
    parser.add_argument("--jobs", type=int, default=0, help="processes; 0: one per processor")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the weights, one to a line by name, and prints how the choice does on databases left out in turn."""
    try:
        questions = of_split(read_questions(arguments.questions), arguments.split)
    except (OSError, msgspec.DecodeError) as exc:
        print(f"The questions file cannot be read: {exc}", file=sys.stderr)
        return WRONG_USAGE
    known = [question for question in questions if question.sql and question.db_path]
    if not known:
        print("No question in the file has a known SQL to learn from.", file=sys.stderr)
        return WRONG_USAGE
    progress = Progress()
    fitted = fit(known, arguments.root, current_settings().data_dir / "catalogs", progress, arguments.jobs)
    progress.end()
    data = {"ranking": fitted.ranker.ranking, "confidence": fitted.ranker.confidence, "margin": fitted.ranker.margin}
    arguments.out.write_text(json.dumps(data, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join(fitted.summary))
    return ANSWERED
