"""Makes a harder questions file: columns are called by other words than the schema's, as people who never saw it would.

python tests/benchmarks/bench_synonyms.py QUESTIONS.jsonl SYNONYMS.json RENAMED.jsonl

SYNONYMS.json maps {database: {the words of a column: a synonym}}. Prints how many questions were changed; what the other words
cost is told by `python -m core eval` on both files. Lines of databases without an entry are copied as they are.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.evaluation.questions import Question

_QUOTED = r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)"


def main() -> None:
    questions, synonyms, renamed = map(Path, sys.argv[1:4])
    known = json.loads(synonyms.read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    changed = 0
    for line in lines:
        asked = line["question"]
        name = Question(line["id"], asked, line.get("db_path", ""), line.get("db", "")).database
        line["question"] = rename(asked, known.get(name, {}))
        changed += line["question"] != asked
    renamed.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    print(f"{changed:,} of {len(lines):,} questions changed")


def rename(question: str, synonyms: Mapping[str, str]) -> str:
    """Whole words in any case, the longest name first, never inside quotes; a plural becomes a plural."""
    meant = {" ".join(_words(name)): synonym for name, synonym in synonyms.items() if _words(name)}
    if not meant:
        return question
    names = sorted((form for name in meant for form in (name, plural(name))), key=len, reverse=True)
    spelled = "|".join(r"[\s_]+".join(map(re.escape, name.split())) for name in names)

    def other(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        said = " ".join(_words(match["name"]))
        synonym = meant.get(said) or plural(next(meant[name] for name in meant if plural(name) == said))
        return synonym[0].upper() + synonym[1:] if match["name"][0].isupper() and match.start() == 0 else synonym

    return re.sub(rf"{_QUOTED}|(?<!\w)(?P<name>{spelled})(?!\w)", other, question, flags=re.IGNORECASE)


def plural(name: str) -> str:
    """Of its last word; a word that already is one stays."""
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name
    if name.endswith(("ss", "us", "is", "x", "ch", "sh")):
        return f"{name}es"
    return f"{name[:-1]}ies" if re.search(r"[^aeiou]y$", name) else f"{name}s"


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\s_]+", name.lower()) if word]


if __name__ == "__main__":
    main()
