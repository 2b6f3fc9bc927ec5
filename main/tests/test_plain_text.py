"""Feeds write HTML into texts; readers get text."""

from django.test import SimpleTestCase, tag

from main.gateways.plain_text import plain_text


@tag("once")
class PlainTextTests(SimpleTestCase):
    def test_entities_become_characters(self) -> None:
        for text, plain in {
            "Sense &amp; Sensibility &ndash;": "Sense & Sensibility –",
            "Zo&#233; &#xE9;t&eacute;": "Zoé été",
            "Two sisters,&nbsp;one house": "Two sisters, one house",
            "encoded &amp;ndash; twice": "encoded – twice",
        }.items():
            self.assertEqual(plain_text(text), plain)

    def test_tags_go_and_what_they_set_apart_stays_apart(self) -> None:
        for text, plain in {
            "<p>Two sisters,&nbsp;one\n <b>house</b>.</p><p>And men.</p>": (
                "Two sisters, one house.\n\nAnd men."
            ),
            "One<br>Two<br />Three": "One\nTwo\nThree",
            "<UL><LI>One<LI>Two</UL>": "One\n\nTwo",
            "&lt;p&gt;Escaped &amp;amp; sent&lt;/p&gt;": "Escaped & sent",
            'A <a href="https://shop.example">link</a>': "A link",
            "<p>a &lt; b</p>": "a < b",
            "<![CDATA[A < B, <s>C</s>]]> <o:p></o:p>D": "A < B, C D",
            "<!-- from a feed -->Text": "Text",
            "<script>alert(1)</script><style>p {}</style>Text": "Text",
        }.items():
            self.assertEqual(plain_text(text), plain)

    def test_what_only_looks_like_html_stays(self) -> None:
        for text in (
            "AT&T, R&D; and &c.",
            "Now &Then &copy &unknown;",
            "Templates: C<T> and a < b > c",
            "I <3 books",
            "Using <b> and <i> in <title>",
            "First line.\nSecond line.",
        ):
            self.assertEqual(plain_text(text), text)
