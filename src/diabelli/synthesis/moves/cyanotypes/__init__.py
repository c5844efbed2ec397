"""Cyanotypes: the picture in Prussian blue on brushed paper, with photograms of plants."""
