package sluice.api;

import java.io.IOException;

/** Bytes that are not of the content coding that their header names: the sender's fault, unlike a broken connection. */
public final class CorruptEncodingException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A fault, described without any bytes of the body. */
    public CorruptEncodingException(String message) {
        super(message);
    }
}
