"""Every setting of the site, read from the environment with embedded defaults.

.env.example describes each variable. The files are in the order in which they build on one another.
"""

from booktime.settings.site import *  # noqa: I001 - the order is the point
from booktime.settings.apps import *
from booktime.settings.services import *
from booktime.settings.work import *
from booktime.settings.files import *
from booktime.settings.shop import *
from booktime.settings.accounts import *
from booktime.settings.api import *
from booktime.settings.security import *
from booktime.settings.logs import *
