"""XMP packet that marks a picture as made by an algorithm and records how to repeat it.

The packet carries IPTC's digital source type, which search engines, image editors and AI-content
checkers read: https://cv.iptc.org/newscodes/digitalsourcetype/
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
   xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
   xmlns:diabelli="urn:diabelli:recipe/"
   xmp:CreatorTool="Diabelli"
   Iptc4xmpExt:DigitalSourceType={source_type}
   diabelli:engine={engine}
   diabelli:version={version}
   diabelli:seed={seed}
   diabelli:strength={strength}{moves}/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def xmp_packet(
    *,
    engine: str,
    version: str,
    trained: bool,
    seed: int,
    strength: float,
    moves: Sequence[str] = (),
) -> bytes:
    """Return the XMP packet, UTF-8, of one variation.

    Args:
        engine: name of the engine.
        version: of the engine.
        trained: whether the engine is a model trained on other pictures
            ("trainedAlgorithmicMedia") or uses the source alone ("algorithmicMedia").
        seed: of the variation.
        strength: 0..1.
        moves: names of the changes that the engine made, without spaces; none are written for an
            engine that names none.
    """
    kind = "trainedAlgorithmicMedia" if trained else "algorithmicMedia"
    return _PACKET.format(
        source_type=quoteattr(_SOURCE_TYPE + kind),
        engine=quoteattr(engine),
        version=quoteattr(version),
        seed=quoteattr(str(seed)),
        strength=quoteattr(repr(float(strength))),
        moves=f"\n   diabelli:moves={quoteattr(' '.join(moves))}" if moves else "",
    ).encode()
