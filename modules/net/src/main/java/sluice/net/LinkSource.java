package sluice.net;

import sluice.api.ByteSource;

/** A byte source that reads a link, so that its reads can wait on an {@link EventLoops event loop}. */
public interface LinkSource extends ByteSource {
    /** What is read. */
    Link link();
}
