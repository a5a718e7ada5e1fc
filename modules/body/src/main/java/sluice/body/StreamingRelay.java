package sluice.body;

import java.io.IOException;
import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.ClientGoneException;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayReport;
import sluice.api.SourceException;
import sluice.api.Sweeper;

/**
 * Passes a JSON answer on while it comes. What is ready at once, up to a buffer, goes out in one write. Thread-safe.
 */
public final class StreamingRelay implements AnswerRelay {
    private final AnswerScans scans = new AnswerScans();

    /** For {@link java.util.ServiceLoader}. */
    public StreamingRelay() {
    }

    @Override
    public String name() {
        return "streaming";
    }

    @Override
    public RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options) {
        AnswerScan scan = scans.take();
        scan.begin(options.model());
        try {
            return new Run(scan, source, sink, options).relay();
        } finally {
            scans.give(scan);
        }
    }

    /** One answer. Confined to the request's thread. */
    private static final class Run {
        private final AnswerScan scan;
        private final ByteSource source;
        private final ClientSink sink;
        private final RelayOptions options;
        /** Bytes in the buffer, all of them followed. */
        private int filled;
        private long bytesIn;
        private long bytesOut;
        private long flushes;
        private long firstOutputNanos;
        private int idsTold;

        private Run(AnswerScan scan, ByteSource source, ClientSink sink, RelayOptions options) {
            this.scan = scan;
            this.source = source;
            this.sink = sink;
            this.options = options;
        }

        private RelayOutcome relay() {
            try {
                pass();
                return new RelayOutcome.Completed(report());
            } catch (ClientGoneException e) {
                drain();
                RelayOutcome.Cause cause = e.stalled() ? RelayOutcome.Cause.CLIENT_STALLED : RelayOutcome.Cause.CLIENT_GONE;
                return new RelayOutcome.BrokeOff(cause, detail(e), report());
            } catch (SourceException e) {
                return new RelayOutcome.BrokeOff(cause(e), detail(e), report());
            } catch (IOException e) {
                return new RelayOutcome.BrokeOff(RelayOutcome.Cause.UPSTREAM_CUT, detail(e), report());
            }
        }

        private static RelayOutcome.Cause cause(SourceException e) {
            return switch (e.how()) {
                case CUT -> RelayOutcome.Cause.UPSTREAM_CUT;
                case IDLE -> RelayOutcome.Cause.UPSTREAM_IDLE;
                case FRAMING -> RelayOutcome.Cause.UPSTREAM_FRAMING;
                case CANCELLED -> RelayOutcome.Cause.CANCELLED;
            };
        }

        private static String detail(IOException e) {
            return String.valueOf(e.getMessage());
        }

        private void pass() throws IOException {
            while (true) {
                int count = source.read(scan.buffer, filled, AnswerScan.READ_BYTES - filled);
                if (count < 0) {
                    write(scan.buffer, 0, filled);
                    return;
                }
                bytesIn += count;
                follow(filled, filled + count);
                if (filled >= AnswerScan.READ_BYTES || !source.ready()) {
                    writeOut(scan.writable(filled), filled);
                }
            }
        }

        private void follow(int from, int to) throws ClientGoneException {
            filled = scan.follow(from, to);
            while (scan.patch().length > 0) {
                write(scan.buffer, 0, scan.patchFrom());
                write(scan.patch(), 0, scan.patch().length);
                int rest = filled - scan.patchTo();
                System.arraycopy(scan.buffer, scan.patchTo(), scan.buffer, 0, rest);
                scan.patched();
                filled = scan.follow(0, rest);
            }
        }

        /** Writes what is complete, and moves the rest to the start of the buffer. */
        private void writeOut(int writable, int end) throws ClientGoneException {
            write(scan.buffer, 0, writable);
            if (writable > 0) {
                System.arraycopy(scan.buffer, writable, scan.buffer, 0, end - writable);
                scan.moved(writable);
            }
            filled = end - writable;
        }

        private void write(byte[] bytes, int from, int to) throws ClientGoneException {
            if (to == from) {
                return;
            }
            tellIds();
            if (firstOutputNanos == 0) {
                firstOutputNanos = options.nanoClock().getAsLong();
            }
            sink.write(bytes, from, to - from, false);
            flushes++;
            bytesOut += to - from;
        }

        private void tellIds() {
            int known = (scan.id().isEmpty() ? 0 : 1) + (scan.conversationId().isEmpty() ? 0 : 1);
            if (known > idsTold) {
                idsTold = known;
                options.identified().identified(scan.id(), scan.conversationId());
            }
        }

        /** Reads on after the client has left, for the usage at the end. */
        private void drain() {
            if (options.drain().isZero()) {
                return;
            }
            long deadlineNanos = options.nanoClock().getAsLong() + options.drain().toNanos();
            Sweeper.Registration deadline = options.sweeper().watch(nowNanos -> {
                if (nowNanos - deadlineNanos >= 0) {
                    source.abort();
                }
            });
            try (deadline) {
                boolean behindName = scan.patch().length > 0;
                scan.withoutModel();
                if (behindName) {
                    scan.follow(scan.patchTo(), filled);
                }
                long left = options.drainBytes();
                while (left > 0) {
                    int count = source.read(scan.buffer, 0, (int) Math.min(left, AnswerScan.READ_BYTES));
                    if (count < 0) {
                        return;
                    }
                    bytesIn += count;
                    left -= count;
                    scan.follow(0, count);
                }
            } catch (IOException e) {
                // The outcome is known already: the client left. What was counted until now is all there is.
            }
        }

        private RelayReport report() {
            return new RelayReport(scan.usage(), scan.id(), scan.conversationId(), "", scan.error(), flushes > 0, 0, 0, 0,
                    flushes, bytesIn, bytesOut, 0, firstOutputNanos);
        }
    }
}
