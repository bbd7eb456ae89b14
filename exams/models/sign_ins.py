"""axes' tables under the names they have in the admin. ``exams.accounts.lockout`` says what they mean."""

from __future__ import annotations

from axes.models import AccessAttempt, AccessFailureLog


class SignInLock(AccessAttempt):
    """Failures of a name from one network and browser, as long as they count."""

    class Meta:
        proxy = True
        verbose_name = "locked or failing sign-in"


class FailedSignIn(AccessFailureLog):
    """One failure of the last month."""

    class Meta:
        proxy = True
        verbose_name = "failed sign-in"
