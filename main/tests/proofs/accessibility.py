"""Every page as axe sees it, light on a phone and dark on a wide screen; and the staff's pages."""

from main.tests import test_accessibility, test_admin_accessibility


class BothLooks(test_accessibility.AccessibilityTests):
    parts = 1


class BothLooksOfStaffsPages(test_admin_accessibility.AdminAccessibilityTests):
    parts = 1
