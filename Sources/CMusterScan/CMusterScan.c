// The header holds all of it; a target needs a source.
#include "CMusterScan.h"
