"""A message as the page's form sends it, without JavaScript."""

from uuid import uuid4

from django import forms

from main.errors import MessageRefused
from main.models.conversations import clean_text

_AGAIN = "Something went missing on the way. Please send your message again."
_OTHER = "Another message was sent from this page before. Send this one too?"


class MessageForm(forms.Form):
    """`cid`, made with the page, is the message's own key: sent twice, it is kept once."""

    # Without a limit in the field itself: browsers would cut what is pasted, and not say so.
    text = forms.CharField(
        label="Your message",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write something first."},
    )
    cid = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages=dict.fromkeys(["required", "invalid"], _AGAIN),
    )

    def clean_text(self) -> str:
        try:
            return clean_text(self.cleaned_data["text"])
        except MessageRefused as refused:
            raise forms.ValidationError(str(refused), code=refused.code) from None

    def refuse(self, refused: MessageRefused) -> None:
        """What was typed stays; under a new key, if its own was taken by another text."""
        if refused.code == "cid_taken":
            self.renew()
            self.add_error(None, _OTHER)
        else:
            self.add_error("text", str(refused))

    def renew(self) -> None:
        self.data = self.data.copy()
        self.data["cid"] = str(uuid4())
