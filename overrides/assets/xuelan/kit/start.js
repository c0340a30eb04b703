// @ts-check
// Begins when everything before it has loaded; the data script of the column stands before this.
"use strict";

// @ts-expect-error -- written by the build, one per column
startOwnKit(ownKitData);
