"""PatchMatch and EM-style voting that mend the seams of a montage."""
