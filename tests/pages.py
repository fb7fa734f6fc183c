"""A record's page as its reader sees it in the end."""

import re


def whole_page(client, record):
    """The page and the panels that come once it stands (crmservice.web.later)."""
    page = client.get(record.get_absolute_url()).content.decode()
    later = re.search(r'hx-get="([^"]*/panels/[^"]*)"', page)
    return page + client.get(later[1]).content.decode() if later else page
