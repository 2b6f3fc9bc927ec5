"""Reads across models: recommendations for customers, figures for staff."""

from main.reports.figures import Report
from main.reports.invoices import Turnover, turnover
from main.reports.orders import Day, orders_per_day
from main.reports.sales import Bought, all_bought, most_bought
from main.reports.shelves import BEST_SELLER_DAYS, best_sellers, related_books
from main.reports.stock import LowStock, all_low_stock, low_stock
from main.reports.today import Glance, glance

__all__ = [
    "BEST_SELLER_DAYS",
    "Bought",
    "Day",
    "Glance",
    "LowStock",
    "Report",
    "Turnover",
    "all_bought",
    "all_low_stock",
    "best_sellers",
    "glance",
    "low_stock",
    "most_bought",
    "orders_per_day",
    "related_books",
    "turnover",
]
