"""The code that fetches what is seen: Python, R, Excel, curl, and SoQL for the county's portal."""

from collections.abc import Mapping

from dashboard.asking import FISCAL, YEAR, Question, Shape


def snippets(question: Question, can: Shape, address: str) -> Mapping[str, str]:
    """For each tool the code that fetches this very answer; `address` is that of its CSV, with the host."""
    return {
        "Python": f'import pandas as pd\n\ntable = pd.read_csv("{address}", dtype=str)',
        "R": f'table <- read.csv("{address}", colClasses = "character")',
        "Excel": f'Data > From Web:\n{address}\n\nor in Power Query:\n= Csv.Document(Web.Contents("{address}"), '
                 '[Delimiter = ",", Encoding = 65001])',
        "curl": f'curl --fail --output answer.csv "{address}"',
        "SoQL": soql(question, can),
    }  # fmt: skip


def soql(question: Question, can: Shape) -> str:
    """The same question to the table on the Socrata portal; values of vocabularies are the same codes there.

    The portal groups by what stands in the table, so a year is asked for by its months. Its `sum` passes over hidden and
    missing cells; where the answer here shows a sign, the portal's sum is a part of the whole.
    """
    counts = question.counts or can.counts
    groups = list(dict.fromkeys(_group(name) for name in question.by))
    wanted = [*groups, *(f"sum({name}) AS {name}" for name in counts)] if groups else ["*"]
    where = [f"{name} IN ({', '.join(_quoted(code) for code in codes)})" for name, codes in question.keep.items()]
    where += [f"period >= {_quoted(question.first)}"] if question.first else []
    where += [f"period <= {_quoted(question.last)}"] if question.last else []
    lines = [f"SELECT {', '.join(wanted)}"]
    lines += [f"WHERE {' AND '.join(where)}"] if where else []
    lines += [f"GROUP BY {', '.join(groups)}"] if groups else []
    lines += [f"ORDER BY {', '.join(groups)}"] if groups else []
    return "\n".join(lines)


def _group(name: str) -> str:
    return "period" if name in (YEAR, FISCAL) else name


def _quoted(code: str) -> str:
    return "'" + code.replace("'", "''") + "'"
