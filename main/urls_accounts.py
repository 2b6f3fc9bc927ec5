"""The addresses of accounts, of postal addresses, and of the pages about us.

allauth's pages are listed one by one, so that none is open which the shop does not need. Where the
shop's own name differs, the page has both, since allauth refers to its own.
"""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as mfa_codes
from allauth.mfa.totp import views as mfa_totp
from django.urls import path, re_path

from main.views import accounts, addresses, known_devices, pages, second_factor

urlpatterns = [
    path("signup/", allauth_views.signup, name="signup"),
    path("signup/", allauth_views.signup, name="account_signup"),
    path("login/", accounts.SignInView.as_view(), name="login"),
    path("login/", accounts.SignInView.as_view(), name="account_login"),
    path("logout/", allauth_views.logout, name="logout"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("account/device/<str:token>/", known_devices.known_device, name="known_device"),
    path("account/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("account/confirm/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("account/email/", allauth_views.email, name="account_email"),
    path(
        "account/email/sent/",
        allauth_views.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^account/email/verify/(?P<key>[-:\w]+)/$",
        accounts.EmailConfirmView.as_view(),
        name="account_confirm_email",
    ),
    path("account/password/", allauth_views.password_change, name="account_change_password"),
    path("account/password/set/", allauth_views.password_set, name="account_set_password"),
    path("account/password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "account/password/reset/sent/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "account/password/reset/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.PasswordResetKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("account/security/", second_factor.SecurityView.as_view(), name="mfa_index"),
    path("account/security/code/", mfa_views.authenticate, name="mfa_authenticate"),
    path("account/security/confirm/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path(
        "account/security/app/", second_factor.ActivateAppView.as_view(), name="mfa_activate_totp"
    ),
    path("account/security/app/remove/", mfa_totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "account/security/codes/",
        second_factor.RecoveryCodesView.as_view(),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/security/codes/new/",
        mfa_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/security/codes/download/",
        mfa_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path(
        "account/security/passkeys/",
        second_factor.AddPasskeyView.as_view(),
        name="mfa_add_webauthn",
    ),
    path(
        "account/security/passkeys/<int:pk>/",
        second_factor.RenamePasskeyView.as_view(),
        name="mfa_edit_webauthn",
    ),
    path(
        "account/security/passkeys/<int:pk>/remove/",
        second_factor.RemovePasskeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/security/passkeys/confirm/",
        second_factor.ConfirmByPasskeyView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "account/security/passkeys/sign-in/",
        second_factor.PasskeyLoginView.as_view(),
        name="mfa_login_webauthn",
    ),
    path("address/", addresses.AddressListView.as_view(), name="address_list"),
    path("address/create/", addresses.AddressCreateView.as_view(), name="address_create"),
    path("address/<int:pk>/", addresses.AddressUpdateView.as_view(), name="address_update"),
    path("address/<int:pk>/delete/", addresses.AddressDeleteView.as_view(), name="address_delete"),
    path("about-us/", pages.AboutUsView.as_view(), name="about_us"),
    path("contact-us/", pages.ContactUsView.as_view(), name="contact_us"),
]
