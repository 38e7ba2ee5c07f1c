"""The invoice as a PDF: made anew from the order each time somebody fetches it, and the page that hands it out.

In English with Latin letters only: the PDF library does not shape Indian scripts, and an invoice's items keep their
English names beside any language.
"""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bot.config import config
from bot.errors import ShopUnavailable
from bot.shop.clock import shop_day
from bot.shop.invoice_links import read_link
from bot.shop.port import Invoice, Line, Order
from bot.shop.shops import open_shop

Cells = tuple[str, str, str, str]
MARGIN, STEP = 50, 16
NAME_MAX = 62
_ROWS_A_PAGE = 30


@never_cache
@require_safe
def invoice_page(request: HttpRequest, token: str) -> HttpResponse:
    """The paper behind a signed link; 404 whatever is wrong with the link, 503 while the shop is away."""
    number = read_link(token)
    if number is None:
        return HttpResponse(status=404)
    shop = open_shop()
    try:
        order, invoice = shop.find_order(number), shop.find_invoice(number)
    except ShopUnavailable:
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    if order is None or invoice is None:
        return HttpResponse(status=404)
    headers = {"Content-Disposition": f'inline; filename="{invoice.number}.pdf"', "Referrer-Policy": "no-referrer"}
    return HttpResponse(invoice.pdf or build_pdf(order, invoice), content_type="application/pdf", headers=headers)


def build_pdf(order: Order, invoice: Invoice) -> bytes:
    """The invoice on one or more pages of A4."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=0)
    canvas.setTitle(invoice.number)
    canvas.setAuthor(latin(config().shop_name))
    rows = [_row(line, order.currency) for line in order.lines]
    pages = [rows[start : start + _ROWS_A_PAGE] for start in range(0, len(rows), _ROWS_A_PAGE)] or [[]]
    for number, page in enumerate(pages, start=1):
        y = _head(canvas, order, invoice) if number == 1 else A4[1] - MARGIN
        y = _table(canvas, page, y)
        if number == len(pages):
            _totals(canvas, order, y)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def latin(text: str) -> str:
    """The text as the PDF's own letters can show it; what they lack is left out."""
    return text.replace("₹", "INR ").encode("cp1252", "ignore").decode("cp1252").strip()


def _row(line: Line, currency: str) -> tuple[str, str, str, str]:
    name = latin(line.name) or latin(line.names.get("en", "")) or line.sku
    return name[:NAME_MAX], str(line.quantity), f"{line.price:,.2f}", f"{line.price * line.quantity:,.2f}"


def _head(canvas: Canvas, order: Order, invoice: Invoice) -> float:
    y: float = A4[1] - MARGIN
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(MARGIN, y, latin(config().shop_name))
    canvas.setFont("Helvetica", 10)
    address = order.address
    lines = [
        f"Tax invoice {invoice.number} of {invoice.issued_on:%d %B %Y}",
        f"Order {order.name} of {shop_day(order.placed_at):%d %B %Y}, paid by {order.payment_method or 'other means'}",
        "",
        f"To: {address.recipient}",
        address.street,
        " ".join(filter(None, [address.city, address.zip_code, address.country_code])),
        "",
    ]
    for text in lines:
        y -= STEP
        canvas.drawString(MARGIN, y, latin(text))
    return y


def _table(canvas: Canvas, rows: list[Cells], y: float) -> float:
    canvas.setFont("Helvetica-Bold", 10)
    y = _cells(canvas, ("Item", "Qty", "Price", "Amount"), y)
    canvas.line(MARGIN, y - 4, A4[0] - MARGIN, y - 4)
    canvas.setFont("Helvetica", 10)
    for row in rows:
        y = _cells(canvas, row, y)
    canvas.line(MARGIN, y - 4, A4[0] - MARGIN, y - 4)
    return y


def _totals(canvas: Canvas, order: Order, y: float) -> None:
    rows = [("Subtotal", order.subtotal), ("Delivery", order.shipping)]
    if order.discount_amount:
        rows.insert(0, (f"Discount {order.discount_code}".strip(), -order.discount_amount))
    rows += [(f"Total ({order.currency})", order.total), ("GST contained in the total", order.taxes)]
    if order.refunded:
        rows.append(("Refunded", -order.refunded))
    for name, amount in rows:
        y = _cells(canvas, (latin(name), "", "", f"{amount:,.2f}"), y)


def _cells(canvas: Canvas, cells: Cells, y: float) -> float:
    y -= STEP
    canvas.drawString(MARGIN, y, cells[0])
    for right, text in zip((380, 460, A4[0] - MARGIN), cells[1:], strict=True):
        canvas.drawRightString(right, y, text)
    return y
