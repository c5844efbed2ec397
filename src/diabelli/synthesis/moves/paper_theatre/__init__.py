"""Paper theatres: the subject of a photograph among landscapes of cut paper."""
