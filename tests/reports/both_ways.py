"""What a report says when it counts the rows themselves, beside what facts say."""

from datetime import timedelta

from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import breakdown_of, counted, well_equipped
from tests.factories.dispatch import NINE

AT = NINE + timedelta(days=30)


def by_rows(report, asked, by):
    measures = report.measures_for(asked.user)
    with well_equipped():
        of_rows = tuple(each for each in measures if not each.needs_facts)
        return counted(report, asked, breakdown_of(report, by), measures, of_rows, 50)


def lines_of(answer):
    by_facts = {each.key for each in answer.measures if each.needs_facts}

    def both(line):
        return [
            {key: value for key, value in values.items() if key not in by_facts}
            for values in (line.values, line.before)
        ]

    return {line.key: both(line) for line in answer.lines} | {"all": both(answer.total)}


WITH_FACTS = [
    each
    for each in CATALOGUE.values()
    if not each.lines and any(m.rows and m.rows.facts for m in each.measures)
]
