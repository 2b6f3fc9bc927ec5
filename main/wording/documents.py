"""The words on invoices and credit notes beside their figures. Issued documents keep theirs."""

# Why a credit note was issued, if nobody gave another reason.
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
