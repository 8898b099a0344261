"""What is measured beside the peers' workloads: a module each, with lacks, measure, section and reached."""

import clients
import memory
import scale
import startup

PEERS = "peers"
ALL = {"clients": clients, "scale": scale, "memory": memory, "startup": startup}
NAMES = [PEERS, *ALL]
ONCE = {"memory"}  # in the first round alone: it takes long, and is the same each time
