"""Photographs in another season: petals, falling leaves and snow in front of them."""
