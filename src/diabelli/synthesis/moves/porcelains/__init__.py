"""Porcelain: pictures painted on plates and trays on a laid table."""
