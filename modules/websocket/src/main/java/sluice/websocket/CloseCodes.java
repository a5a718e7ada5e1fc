package sluice.websocket;

import sluice.api.UpstreamResult;

/** Status codes of a WebSocket close (RFC 6455 §7.4, and IANA's registry for 1012 to 1014). */
public final class CloseCodes {
    public static final int NORMAL = 1000;
    public static final int GOING_AWAY = 1001;
    public static final int PROTOCOL_ERROR = 1002;
    /** The close frame named no code; never sent. */
    public static final int NONE = 1005;
    /** The connection ended without a close frame; never sent. */
    public static final int ABNORMAL = 1006;
    public static final int NOT_UTF8 = 1007;
    public static final int POLICY_VIOLATION = 1008;
    public static final int TOO_BIG = UpstreamResult.Close.TOO_LARGE;
    public static final int TRY_AGAIN_LATER = 1013;

    private static final int FIRST_RESERVED = 1004;
    private static final int LAST_REGISTERED = 1014;
    private static final int FIRST_FREE = 3000;
    private static final int LAST_FREE = 4999;

    private CloseCodes() {
    }

    /** Whether a close frame may carry {@code code}. */
    public static boolean mayBeSent(int code) {
        if (code >= FIRST_FREE) {
            return code <= LAST_FREE;
        }
        return code >= NORMAL && code <= LAST_REGISTERED && (code < FIRST_RESERVED || code > ABNORMAL);
    }
}
