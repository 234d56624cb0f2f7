from .arithmetic import *
from .choose import *
from .erf import *
from .functions import *
from .choose import choose, between
