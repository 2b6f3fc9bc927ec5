"""Who may sign in, and how.

django-allauth handles sign-up, signing in, passwords, second factors and passkeys.
"""

from datetime import timedelta

from booktime.settings.site import DEBUG, SECURE, env

AUTH_USER_MODEL = "main.User"
# Only allauth's, which is Django's, but by e-mail; both together would hash each password twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_ENGINE = "booktime.backends.sessions"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "main.views.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "main.forms.accounts.AddEmailForm",
    "change_password": "main.forms.accounts.ChangePasswordForm",
    "login": "main.forms.accounts.LoginForm",
    "reauthenticate": "main.forms.accounts.ReauthenticateForm",
    "reset_password": "main.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "main.forms.accounts.ResetPasswordKeyForm",
    "set_password": "main.forms.accounts.SetPasswordForm",
    "signup": "main.forms.accounts.SignupForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
# Only in the browser that signed up: elsewhere the link merely verifies the address.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# One address per account; a new one replaces the old one once it is verified.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Limits by the client's address (ip), by account (user) or by what the code gives (key).
ACCOUNT_RATE_LIMITS = {
    "change_password": "5/m/user",
    "confirm_email": "1/3m/key",
    "contact": "5/h/ip",
    # Counted by SIGN_IN_LIMITS instead.
    "login": None,
    "login_failed": None,
    # Each change that is asked for is a mail to whatever address was typed.
    "manage_email": "10/m/user,20/h/user",
    "message": "60/m/key",
    "reauthenticate": "10/m/user",
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "signup": "20/h/ip",
}
# Wrong passwords and codes (main/forms/attempts.py). An attacker must not shut out the owner, so
# what all unknown devices together get wrong never counts for a device that is known.
SIGN_IN_LIMITS = {
    "form": "30/m/ip",
    "client": "20/m/ip",
    "account_by_client": "5/5m/key",
    "known_device": "5/5m/key",
    "account_by_password": "50/h/key",
    # Of a million codes, three are good at a time.
    "account_by_code": "20/h/key",
    "device_mail": "3/h/key",
}

# A second factor or a passkey: staff need one, and customers may have one.
MFA_ADAPTER = "main.views.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "main.forms.second_factor.ActivateAppForm",
    "add_webauthn": "main.forms.second_factor.AddPasskeyForm",
    "authenticate": "main.forms.second_factor.CodeForm",
    "authenticate_webauthn": "main.forms.second_factor.PasskeyForm",
    "edit_webauthn": "main.forms.second_factor.RenamePasskeyForm",
    "login_webauthn": "main.forms.second_factor.PasskeyLoginForm",
    "reauthenticate": "main.forms.second_factor.ConfirmByCodeForm",
    "reauthenticate_webauthn": "main.forms.second_factor.ConfirmByPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "BookTime"
# A code is valid for half a minute before and after its own: phones' clocks may be off.
MFA_TOTP_TOLERANCE = 1
# Signing in needs a verified address anyway; a new one that is not verified yet does no harm.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Staff sign in again each working day.
STAFF_SESSION = timedelta(hours=12)
# Whether staff need a second factor or a passkey for their sites.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
# Passkeys need HTTPS, except on a developer's own machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# The number of our own proxies in front of us, to find the client's address. HTTPS always comes
# through one; not counting it would make all clients look the same, and limits would hit everyone.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole(
    "TRUSTED_PROXY_COUNT", default=1 if SECURE else 0, least=0, most=9
)
