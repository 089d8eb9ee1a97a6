"""Every room's tables, so that `Base.metadata` knows them all."""

from ..auth import models as auth
from ..db import Base
from ..handoffs import models as handoffs
from ..notes import models as notes
from ..people import models as people
from ..policy import models as policy
from ..ratings import models as ratings

ROOMS = (auth, handoffs, notes, people, policy, ratings)

metadata = Base.metadata
