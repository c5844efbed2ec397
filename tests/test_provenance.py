"""Provenance: well-formed, correct about training, and sufficient to reproduce the picture."""

from xml.etree import ElementTree

import pytest

from diabelli.provenance import read_packet, source_type, xmp_packet

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
RECIPE = "{urn:diabelli:recipe/}"


def attributes(**changes: object) -> dict[str, str]:
    recipe = {"engine": "patch", "version": "1", "trained": False, "seed": 7, "strength": 0.5}
    packet = xmp_packet(**{**recipe, **changes})
    (description,) = ElementTree.fromstring(packet).iter(
        "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"
    )
    return description.attrib


@pytest.mark.parametrize(
    ("trained", "kind"), [(False, "algorithmicMedia"), (True, "trainedAlgorithmicMedia")]
)
def test_the_source_type_depends_on_training(trained, kind):
    """IPTC's term is the full URL of its definition."""
    said = attributes(trained=trained)[IPTC]
    assert said == f"http://cv.iptc.org/newscodes/digitalsourcetype/{kind}"


def test_the_recipe_is_complete():
    """Engine, version, seed and strength reproduce the picture."""
    said = attributes(seed=2**63 - 1, strength=1 / 3)
    assert said[RECIPE + "engine"] == "patch"
    assert said[RECIPE + "version"] == "1"
    assert int(said[RECIPE + "seed"]) == 2**63 - 1
    assert float(said[RECIPE + "strength"]) == 1 / 3


def test_names_cannot_break_the_packet():
    """Any engine name is escaped."""
    assert attributes(engine="""<"&'>""")[RECIPE + "engine"] == """<"&'>"""


def test_moves_are_recorded_where_the_engine_names_them():
    """Packets of engines without moves do not change."""
    assert attributes(moves=("layout", "light"))[RECIPE + "moves"] == "layout light"
    assert RECIPE + "moves" not in attributes()


def test_a_packet_is_read_back():
    """Names are those of the recipe."""
    packet = xmp_packet(
        engine="""<"&'>""", version="1", trained=True, seed=7, strength=0.25, moves=("a", "b")
    )
    assert read_packet(packet) == {
        "source_type": source_type(trained=True),
        "engine": """<"&'>""",
        "version": "1",
        "seed": "7",
        "strength": "0.25",
        "moves": "a b",
    }


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"hello",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&a;</x:xmpmeta>",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>\xff</x:xmpmeta>",
    ],
)
def test_a_foreign_or_damaged_packet_is_empty(packet):
    """Entities are refused before they are expanded."""
    assert read_packet(packet) == {}
