package sluice.forward;

import sluice.api.RequestBody;

/** A body that is complete and scanned: {@code json[from, to)}. */
record ReadBody(RequestBody body, byte[] json, int from, int to) { }
