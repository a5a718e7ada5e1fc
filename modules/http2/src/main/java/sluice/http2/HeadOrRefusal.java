package sluice.http2;

import sluice.http1.FramingException;
import sluice.http1.RequestHead;

/** What the fields of a request make. */
sealed interface HeadOrRefusal {
    /** A head. */
    record Head(RequestHead head) implements HeadOrRefusal { }

    /** A head that breaks a rule of all versions of HTTP; {@code why} has the status to answer. */
    record Refused(FramingException why) implements HeadOrRefusal { }
}
