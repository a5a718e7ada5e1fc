import sluice.api.Upstream;
import sluice.upstream.DirectUpstream;

/** Calls to accounts over kept HTTP/1.1 connections. Start at {@link sluice.upstream}. */
module sluice.upstream {
    requires sluice.api;
    requires sluice.net;
    requires sluice.http1;

    provides Upstream.Factory with DirectUpstream.Factory;
}
