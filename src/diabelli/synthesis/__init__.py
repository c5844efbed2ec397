"""The patch engine's mathematics: arrays in, arrays out; no I/O, no settings, no logging.

Read `composition` first: it is the whole way from a source to its variations.

    compiled, stream, spread             the decorator of the kernels; random numbers; threads
    resample, warp, alpha                images at other sizes, under maps; transparency
    analysis                             what is found out about a source, from
        kind, figure                         what kind of picture it is
        salience, rarity, rigidity           what must keep its shape
        ground, silhouette, subject          what it is of
    dial, frame, layout, roll            where a canvas comes from
    cells, sheets, cut, montage, guide   what else is around its subject
    field, search, vote, climb           how seams are mended
    judge, candidate, composition        which ones are good, and the whole
    light, repaint, recolour             what is done to its colours, last, and to which:
        things, thing, place                 what has a colour of its own, and where
"""
