"""The patch engine's mathematics: arrays in, arrays out; no I/O, no settings, no logging.

Read `composition` first: it is the whole way from a source to its variations.

    compiled, stream                     the decorator of the kernels; random numbers
    resample, alpha                      images at other sizes; transparency
    analysis, rarity, salience           what is found out about a source
    dial, layout, field                  where a canvas comes from
    search, vote, climb                  how it is made
    judge, candidate, composition        which ones are, and the whole
    light, things, repaint, recolour     what is done to its colours, last
"""
