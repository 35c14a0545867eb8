// Placeholder until the first code of this floor.
