"""A server's process that waits for one long request to a Ray cluster; tests kill it."""

import sys
from pathlib import Path

from diabelli.cluster.ray_cluster import RayCluster
from ray_edge import Edge, spec

address, folder = sys.argv[1:]
Edge(RayCluster(address, version="1"), Path(folder)).start(spec(2, steps=4000)).result()
