"""A plot of requests per second as SVG: a panel for each workload, a bar for each peer."""

from xml.sax.saxutils import escape

COLOURS = {"subject": "#1f6fb2", "variant": "#7fb2dd", "limit": "#b5b5b5", "jvm": "#e08a2e", "other": "#5d9c59"}
COLUMNS = 2
PANEL_WIDTH = 620
LABEL_WIDTH = 290
NUMBER_WIDTH = 70
BAR_HEIGHT = 16
BAR_GAP = 4
TITLE_HEIGHT = 30
MARGIN = 20


def draw(title, panels):
    """The picture. Each panel: its title, and (label, kind, value) of each bar."""
    height = TITLE_HEIGHT + max(len(bars) for _, bars in panels) * (BAR_HEIGHT + BAR_GAP) + MARGIN
    rows = (len(panels) + COLUMNS - 1) // COLUMNS
    width = COLUMNS * PANEL_WIDTH + 2 * MARGIN
    total = rows * height + TITLE_HEIGHT + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" width="{width}" height="{total}"'
        ' font-family="sans-serif" font-size="12" fill="#222">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{total}" fill="#fff"/>',
        text(MARGIN, MARGIN + 12, title, 'font-size="16"'),
    ]
    for i, (name, bars) in enumerate(panels):
        left = MARGIN + i % COLUMNS * PANEL_WIDTH
        top = MARGIN + TITLE_HEIGHT + i // COLUMNS * height
        parts += panel(left, top, name, bars)
    return "\n".join(parts) + "\n</svg>\n"


def panel(left, top, name, bars):
    longest = max(value for _, _, value in bars)
    room = PANEL_WIDTH - LABEL_WIDTH - NUMBER_WIDTH - MARGIN
    yield text(left, top + 14, name, 'font-size="14" font-weight="bold"')
    for i, (label, kind, value) in enumerate(bars):
        y = top + TITLE_HEIGHT + i * (BAR_HEIGHT + BAR_GAP)
        length = room * value / longest
        weight = ' font-weight="bold"' if kind == "subject" else ""
        yield text(left + LABEL_WIDTH - 8, y + 12, label, f'text-anchor="end"{weight}')
        yield f'<rect x="{left + LABEL_WIDTH}" y="{y}" width="{length:.1f}" height="{BAR_HEIGHT}" fill="{COLOURS[kind]}"/>'
        yield text(left + LABEL_WIDTH + length + 6, y + 12, f"{value:,.0f}", weight)


def text(x, y, content, attributes=""):
    return f'<text x="{x:.1f}" y="{y}" {attributes.strip()}>{escape(content)}</text>'
