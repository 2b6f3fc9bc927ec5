"""A message as the page's form sends it, without JavaScript."""

from datetime import datetime
from uuid import uuid4

from django import forms

from main.errors import MessageRefused
from main.models.conversations import clean_text
from main.wording.dates import time_of_day

_AGAIN = "Something got lost on the way. Please send your message again."
_TWICE = "You already sent this at {}. Send it again?"
_OTHER = "You already sent another message from this page. Send this one as well?"


class TextField(forms.CharField):
    def to_python(self, value: object) -> str:
        """Remove NULs, which Django would refuse, as all invisible characters are removed."""
        return super().to_python(value).replace("\0", "")


class MessageForm(forms.Form):
    """`cid`, made with the page, is the message's key: sent twice, it is stored once."""

    # No limit in the field itself: browsers would silently cut what is pasted.
    text = TextField(
        label="Your message",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Please write a message first."},
    )
    cid = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages=dict.fromkeys(["required", "invalid"], _AGAIN),
    )

    was_kept = False  # kept during sign-in, and not yet sent

    def clean_text(self) -> str:
        try:
            return clean_text(self.cleaned_data["text"])
        except MessageRefused as refused:
            raise forms.ValidationError(str(refused), code=refused.code) from None

    @property
    def wants_twice(self) -> bool:
        """Whether the sender was asked and means it: `again` comes with the answer."""
        return self.data.get("again") == "1"

    def ask_back(self, at: datetime) -> None:
        """Ask whether a message just like the last one is intended, or was sent twice."""
        self.data = self.data.copy()
        self.data["again"] = "1"
        self.add_error(None, _TWICE.format(time_of_day(at)))

    def refuse(self, refused: MessageRefused) -> None:
        """Keep the text; under a new key if another text has taken its key."""
        if refused.code == "cid_taken":
            self.renew()
            self.add_error(None, _OTHER)
        else:
            self.add_error("text", str(refused))

    def renew(self) -> None:
        self.data = self.data.copy()
        self.data["cid"] = str(uuid4())
