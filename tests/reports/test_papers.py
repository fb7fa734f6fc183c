"""What a report on paper looks like where a page of text says it: nothing lies upon anything."""

from datetime import UTC, datetime
from io import BytesIO

from pypdf import PdfReader

from reports import papers

AT = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
HEADING = 11  # points


def test_the_text_of_a_section_begins_under_its_heading():
    section = {"title": "Heading", "text": ["First line"]}
    paper = {**papers.frame("Report", "", AT), "sections": [section]}
    heights = {}

    def note(text, matrix, _place, *_font):
        if text.strip():
            heights[text.strip()] = matrix[5]

    page = PdfReader(BytesIO(papers.month_pdf(paper, version=1))).pages[0]
    page.extract_text(visitor_text=note)

    assert abs(heights["Heading"] - heights["First line"]) > HEADING
