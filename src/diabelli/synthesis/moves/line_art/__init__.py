"""Line art: the flow of edges, lines along it, and paper, for moves that draw or paint."""
