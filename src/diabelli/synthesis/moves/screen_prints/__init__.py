"""Screen prints in flat inks, in a printer's workshop."""
