"""A parcel's label, line by line, as the post of its country wants it."""

from django.conf import settings
from django.test import SimpleTestCase, override_settings
from django.utils.translation import override

from main.models import PostalAddress
from main.wording.postal import label_lines, postal_lines

# By country: name, one or two lines, place and postcode; and the label.
LABELS = [
    ("JP", "村上春樹|世田谷区太子堂1-2-3|東京都|154-0023",
     "〒154-0023|東京都|世田谷区太子堂1-2-3|村上春樹|JAPAN"),
    ("JP", "Haruki Murakami|1-2-3 Taishido|Setagaya-ku|Tokyo|154-0023",
     "Haruki Murakami|1-2-3 Taishido|Setagaya-ku, TOKYO|154-0023|JAPAN"),
    ("JP", "John Smith|世田谷区太子堂1-2-3|東京都|154-0023",
     "〒154-0023|東京都|世田谷区太子堂1-2-3|John Smith|JAPAN"),
    ("JP", "Keola Kealiʻi|2º 1-2-3 Taishido|Ｔｏｋｙｏ|154-0023",
     "Keola Kealiʻi|2º 1-2-3 Taishido, ＴＯＫＹＯ|154-0023|JAPAN"),
    ("US", "Louisa Alcott|399 Lexington Road|Concord, MA|01742",
     "Louisa Alcott|399 Lexington Road|CONCORD, MA 01742|UNITED STATES OF AMERICA"),
    ("GB", "Ada Reader|12 Gower Street|London|WC1E 6BT",
     "Ada Reader|12 Gower Street|LONDON|WC1E 6BT"),
    ("DE", "Anna Amalia|Hinterhaus|Am Markt 1|Weimar|99423",
     "Anna Amalia|Hinterhaus|Am Markt 1|99423 WEIMAR|GERMANY"),
    ("FR", "Victor Hugo|6 place des Vosges|Paris|75004",
     "Victor Hugo|6 place des Vosges|75004 PARIS|FRANCE"),
    ("HU", "Molnár Ferenc|Pál utca 3|Budapest|1083",
     "MOLNÁR FERENC|BUDAPEST|PÁL UTCA 3|1083|HUNGARY"),
    ("IE", "Leopold Bloom|7 Eccles Street|Dublin|D07 X285",
     "Leopold Bloom|7 Eccles Street|DUBLIN|D07 X285|IRELAND"),
    ("BR", "Clarice Lispector|Rua Augusta 1|São Paulo|01305-000",
     "Clarice Lispector|Rua Augusta 1|SÃO PAULO|01305-000|BRAZIL"),
    ("AE", "Omar|Al Wasl Road 3|Dubai|", "Omar|Al Wasl Road 3|Dubai|UNITED ARAB EMIRATES"),
    ("HK", "Lee|1 Nathan Road|Kowloon|", "Lee|1 Nathan Road|KOWLOON|HONG KONG"),
    ("HK", "李|彌敦道1號|九龍|", "九龍|彌敦道1號|李|HONG KONG"),
    ("KR", "Han Kang|110 Sejong-daero|Seoul|04524",
     "Han Kang|110 Sejong-daero|Seoul|04524|SOUTH KOREA"),
    ("KR", "한강|세종대로 110|서울특별시|04524", "서울특별시|세종대로 110|한강|04524|SOUTH KOREA"),
    ("CH", "Heidi Frei|Bahnhofstrasse 1|Zürich|8001",
     "Heidi Frei|Bahnhofstrasse 1|CH-8001 Zürich|SWITZERLAND"),
    ("XK", "Dua Gashi|Rruga B 1|Prishtinë|10000", "Dua Gashi|Rruga B 1|10000 PRISHTINË|KOSOVO"),
    ("NO", "Nora Helmer|Drammensveien 1|Oslo|0271",
     "Nora Helmer|Drammensveien 1|0271 OSLO|NORWAY"),
    ("SE", "Nils Holgersson|Storgatan 1|Stockholm|114 55",
     "Nils Holgersson|Storgatan 1|SE-114 55 STOCKHOLM|SWEDEN"),
    ("TR", "Orhan P.|İstiklal Cad. 1|Diyarbakır|21070",
     "Orhan P.|İstiklal Cad. 1|21070 DİYARBAKIR|TÜRKIYE"),
    ("CO", "Gabo|Calle 1|Bogotá|", "Gabo|Calle 1|Bogotá|COLOMBIA"),
    ("HR", "Ivana|Ilica 1|Zagreb|", "Ivana|Ilica 1|ZAGREB|CROATIA"),
    ("SG", "Lim|1 Orchard Road|Singapore|238801", "Lim|1 Orchard Road|SINGAPORE 238801|SINGAPORE"),
    ("MO", "Ho|Rua Central 1|Taipa|", "Ho|Rua Central 1|Taipa|MACAO"),
    ("ZZ", "Nobody|Line 1|Nowhere|1", "Nobody|Line 1|Nowhere|1|ZZ"),
]  # fmt: skip


def address_of(country: str, text: str) -> PostalAddress:
    name, address1, *address2, city, zip_code = text.split("|")
    return PostalAddress(
        name=name, address1=address1, address2="".join(address2), city=city, zip_code=zip_code,
        country=country,
    )  # fmt: skip


class LabelTests(SimpleTestCase):
    def test_each_is_written_as_the_post_there_writes_it(self) -> None:
        for country, address, label in LABELS:
            with self.subTest(country=country, address=address):
                self.assertEqual(label_lines(address_of(country, address)), label.split("|"))

    def test_the_country_is_named_to_the_post_of_the_shops_own(self) -> None:
        address = address_of("CH", "Heidi Frei|Dorf 1|Chur|7000")
        with override("de"):
            self.assertEqual(label_lines(address)[-2:], ["CH-7000 Chur", "SWITZERLAND"])
        with override_settings(SELLER=settings.SELLER | {"country": "CH"}):
            self.assertEqual(label_lines(address)[-1], "CH-7000 Chur")
            self.assertEqual(
                label_lines(address_of("GB", "Ada|1 Road|Bath|BA1 1AA"))[-1], "UNITED KINGDOM"
            )

    def test_to_read_it_keeps_its_letters_and_always_has_its_country(self) -> None:
        for country, address, lines in [
            (
                "GB",
                "Ada|1 Road|Bath|BA1 1AA",
                ["Ada", "1 Road", "Bath", "BA1 1AA", "United Kingdom"],
            ),
            ("FR", "Victor|6 place|Paris|75004", ["Victor", "6 place", "75004 Paris", "France"]),
        ]:
            self.assertEqual(postal_lines(address_of(country, address)), lines)
