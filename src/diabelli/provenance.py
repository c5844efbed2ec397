"""XMP packet that marks a picture as made by an algorithm and records how to repeat it.

The packet carries IPTC's digital source type, which search engines, image editors and AI-content
checkers read: https://cv.iptc.org/newscodes/digitalsourcetype/
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
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
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_RECIPE = "{urn:diabelli:recipe/}"
_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def source_type(*, trained: bool) -> str:
    """Return IPTC's term for a picture made by an algorithm, as the URL of its definition."""
    return _SOURCE_TYPE + ("trainedAlgorithmicMedia" if trained else "algorithmicMedia")


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
    return _PACKET.format(
        source_type=quoteattr(source_type(trained=trained)),
        engine=quoteattr(engine),
        version=quoteattr(version),
        seed=quoteattr(str(seed)),
        strength=quoteattr(repr(float(strength))),
        moves=f"\n   diabelli:moves={quoteattr(' '.join(moves))}" if moves else "",
    ).encode()


def read_packet(packet: bytes) -> dict[str, str]:
    """Return the mark of an XMP packet: `source_type`, `engine`, `version`, `seed` and so on.

    Names are those of the attributes that `xmp_packet` writes, as far as the packet has them. A
    packet that is not XML, or that declares entities, counts as empty.
    """
    start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b">") + 1
    # Entities could expand to gigabytes, and XMP has no use for them.
    if start < 0 or b"<!" in packet:
        return {}
    text = packet[start:end].decode("utf-8", "replace").partition("<?xpacket end")[0]
    try:
        root = ElementTree.fromstring(text)  # noqa: S314, entities are refused above
    except ElementTree.ParseError:
        return {}
    found = {}
    for element in root.iter(f"{_RDF}Description"):
        for name, value in element.attrib.items():
            if name == f"{_IPTC}DigitalSourceType":
                found["source_type"] = value
            elif name.startswith(_RECIPE):
                found[name.removeprefix(_RECIPE)] = value
    return found
