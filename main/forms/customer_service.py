"""What customer service chooses besides answering: a colleague, a canned reply."""

from django import forms

from main.models import CannedReply, User
from main.reports.customer_service import colleagues_of


class ColleagueField(forms.ModelChoiceField):
    def label_from_instance(self, colleague: User) -> str:
        return colleague.get_full_name() or colleague.email


class HandOverForm(forms.Form):
    colleague = ColleagueField(
        queryset=User.objects.none(),
        label="Hand over to",
        empty_label="Choose a colleague",
        error_messages={
            "required": "Choose a colleague.",
            "invalid_choice": "That colleague does not work in customer service.",
        },
    )

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colleague"].queryset = colleagues_of(user)


class CloseForm(forms.Form):
    """`seen` is the last message on the page, so that newer messages are not closed unseen."""

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class CannedReplyForm(forms.Form):
    """Puts a reply into the message field if there is no JavaScript."""

    reply = forms.ModelChoiceField(
        queryset=CannedReply.objects.active(),
        label="Canned reply",
        empty_label="Choose one",
    )
