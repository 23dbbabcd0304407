"""The rules of section 6 for types that lie in no bundle. A family looks at each entry after verify.py has, and throws where a rule is broken."""
from beside import Beside
from duties import Duties
from incidents import Incidents
from journals import Journals
from places import Places

FAMILIES = (Duties, Beside, Places, Incidents, Journals)
