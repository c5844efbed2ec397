"""Building blocks of the engine: kernels, random streams, grids, resampling, solvers."""
