"""What is measured beside the peers' workloads: a module each, with lacks, measure, section and reached."""

import clients
import memory
import scale
import servlet
import sites
import startup

PEERS = "peers"
ALL = {"clients": clients, "scale": scale, "memory": memory, "startup": startup, "servlet": servlet, "sites": sites}
NAMES = [PEERS, *ALL]
ONCE = {"memory", "sites"}  # in the first round alone: it takes long, and is the same each time
