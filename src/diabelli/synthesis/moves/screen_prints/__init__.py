"""Screen prints in five inks, in a printer's workshop."""
