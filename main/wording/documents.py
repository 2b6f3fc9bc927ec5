"""What invoices and credit notes say in words beside their figures. What stands on one stays."""

# Why a credit note was written, where nobody gave a reason of their own.
CANCELLED = "Cancelled"
NOT_PAID = "Marked paid by mistake"
ADDRESS_CORRECTED = "Billing address corrected"

# In the electronic invoice inside the PDF.
ATTACHMENT = "The invoice as data: Factur-X, EN 16931"
PAID_IN_FULL = "Paid in full."
REFUNDED = "The amount paid is refunded."
OUTSIDE_VAT = "Not subject to VAT"


def reason_note(reason: str) -> str:
    return f"Reason: {reason}"
