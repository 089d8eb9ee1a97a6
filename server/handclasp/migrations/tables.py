"""Every room's tables, so that `Base.metadata` knows them all."""

from ..audit import models as audit
from ..auth import models as auth
from ..db import Base
from ..expectations import models as expectations
from ..exports import models as exports
from ..handoffs import models as handoffs
from ..limits import models as limits
from ..mutes import models as mutes
from ..notes import models as notes
from ..patterns import models as patterns
from ..people import models as people
from ..policy import models as policy
from ..privacy import models as privacy
from ..ratings import models as ratings
from ..releases import models as releases
from ..repairs import models as repairs
from ..sealing import models as sealing
from ..tools import models as tools

ROOMS = (
    audit, auth, expectations, exports, handoffs, limits, mutes, notes, patterns,
    people, policy, privacy, ratings, releases, repairs, sealing, tools,
)  # fmt: skip

metadata = Base.metadata
