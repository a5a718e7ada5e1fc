package sluice.body;

import java.io.IOException;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome;
import sluice.json.AccountNames;
import sluice.relay.Deadlines;
import sluice.relay.HoldBack;
import sluice.relay.ReadingOn;

/** One answer on its way. Confined to the request's thread, but for {@link #release}: see {@link HoldBack}. */
final class AnswerPassage {
    /** What became of it. */
    private enum Passed { PASSED, REFUSED, NO_ANSWER }

    private final AnswerScan scan;
    private final ByteSource source;
    private final ClientSink sink;
    private final RelayOptions options;
    /** Bytes in the buffer, all of them followed. */
    private int filled;
    private long bytesIn;
    private long bytesOut;
    private long flushes;
    private int idsTold;
    private boolean endTold;
    private final HoldBack hold = new HoldBack(this::release);
    private final Deadlines deadlines;
    private final ReadingOn readingOn;
    /** From so many bytes on nothing is held back. */
    private final int mostHeldBytes;
    /** Bytes at the start of the buffer that {@link #release} has written. */
    private int released;

    AnswerPassage(AnswerScan scan, ByteSource source, ClientSink sink, RelayOptions options) {
        this.scan = scan;
        this.source = source;
        this.sink = sink;
        this.options = options;
        deadlines = new Deadlines(source, hold, options.clocks());
        readingOn = new ReadingOn(options.limits(), deadlines);
        mostHeldBytes = Math.min(options.held().bytes(), AnswerScan.READ_BYTES);
    }

    RelayOutcome relay() {
        try (deadlines) {
            deadlines.holdBack(options.held());
            return outcome();
        }
    }

    private RelayOutcome outcome() {
        try {
            return switch (pass()) {
                case PASSED -> new RelayOutcome.Completed(report());
                case REFUSED -> new RelayOutcome.RefusedBeforeOutput(scan.error(), report());
                case NO_ANSWER -> new RelayOutcome.BrokeOff(RelayOutcome.Cause.NO_ANSWER, "no JSON object", report());
            };
        } catch (ClientSink.Gone e) {
            readOn();
            return RelayOutcome.BrokeOff.of(e, report());
        } catch (ByteSource.Broken e) {
            return new RelayOutcome.BrokeOff(RelayOutcome.Cause.of(e), detail(e), report());
        } catch (IOException e) {
            return new RelayOutcome.BrokeOff(RelayOutcome.Cause.UPSTREAM_CUT, detail(e), report());
        }
    }

    private static String detail(IOException e) {
        return String.valueOf(e.getMessage());
    }

    private Passed pass() throws IOException {
        while (true) {
            int count = read();
            if (count < 0) {
                return end();
            }
            bytesIn += count;
            follow(filled, filled + count);
            if (scan.settled() && isRefused()) {
                return Passed.REFUSED;
            }
            if (mustBeObject() && !scan.isObject()) {
                // Nothing but white space so far may be the beginning of one.
                if (scan.settled() || filled >= AnswerScan.READ_BYTES) {
                    return Passed.NO_ANSWER;
                }
                continue;
            }
            if (scan.settled() || filled >= mostHeldBytes || !hold.holds()) {
                hold.open();
                if (filled >= AnswerScan.READ_BYTES || !source.ready()) {
                    writeOut(scan.writable(filled));
                }
            }
        }
    }

    private Passed end() throws ClientSink.Gone {
        if (isRefused()) {
            return Passed.REFUSED;
        }
        boolean mayBeEmpty = options.call().ending() == Ending.TERMINAL_EVENT_OR_NOTHING && bytesIn == 0;
        if (mustBeObject() && !scan.whole() && !mayBeEmpty) {
            return Passed.NO_ANSWER;
        }
        hold.open();
        write(scan.buffer, 0, filled);
        return Passed.PASSED;
    }

    /** Whether it can still be said that something is no answer: nothing of it is out. */
    private boolean mustBeObject() {
        return flushes == 0 && options.call().ending() != Ending.ANY;
    }

    /** Whether the answer is a failure that another account may do better, while nothing of it is out. */
    private boolean isRefused() {
        return flushes == 0 && !scan.error().equals(RelayOutcome.StreamError.NONE) && options.call().mayMoveOn().test(scan.error());
    }

    private int read() throws IOException {
        int count = hold.read(source, scan.buffer, filled, AnswerScan.READ_BYTES - filled);
        hold.check();
        if (released > 0) {
            giveUp(released, filled + Math.max(0, count));
            filled -= released;
            released = 0;
        }
        return count;
    }

    /** Writes what was held for too long, while the answer's thread waits for more. */
    private void release() throws ClientSink.Gone {
        released = scan.writable(filled);
        write(scan.buffer, 0, released);
    }

    private void follow(int from, int to) throws ClientSink.Gone {
        filled = scan.follow(from, to);
        while (scan.patch().length > 0) {
            hold.open();
            write(scan.buffer, 0, scan.patchFrom());
            write(scan.patch(), 0, scan.patch().length);
            int rest = filled - scan.patchTo();
            System.arraycopy(scan.buffer, scan.patchTo(), scan.buffer, 0, rest);
            scan.patched();
            filled = scan.follow(0, rest);
        }
    }

    /** Writes what is complete, and moves the rest to the start of the buffer. */
    private void writeOut(int writable) throws ClientSink.Gone {
        write(scan.buffer, 0, writable);
        giveUp(writable, filled);
        filled -= writable;
    }

    private void giveUp(int written, int end) {
        if (written > 0) {
            System.arraycopy(scan.buffer, written, scan.buffer, 0, end - written);
            scan.moved(written);
        }
    }

    private void write(byte[] bytes, int from, int to) throws ClientSink.Gone {
        if (to == from) {
            return;
        }
        tellIds();
        if (scan.whole() && !endTold) {
            endTold = true;
            options.call().identified().ends(report());
        }
        if (scan.tellsError()) {
            AccountNames.hide(bytes, from, to);
        }
        sink.write(bytes, from, to - from, false);
        flushes++;
        bytesOut += to - from;
    }

    private void tellIds() {
        int known = (scan.id().isEmpty() ? 0 : 1) + (scan.conversationId().isEmpty() ? 0 : 1);
        if (known > idsTold) {
            idsTold = known;
            options.call().identified().identified(scan.id(), scan.conversationId());
        }
    }

    /** Reads on after the client has left, for the usage at the end. */
    private void readOn() {
        if (!readingOn.begin(bytesIn)) {
            return;
        }
        boolean behindName = scan.patch().length > 0;
        scan.withoutModel();
        if (behindName) {
            scan.follow(scan.patchTo(), filled);
        }
        try {
            while (!readingOn.isEnough(bytesIn)) {
                int count = source.read(scan.buffer, 0, AnswerScan.READ_BYTES);
                if (count < 0) {
                    return;
                }
                bytesIn += count;
                scan.follow(0, count);
            }
        } catch (IOException e) {
            // The outcome is known already: the client left. What was counted until now is all there is.
        }
    }

    private RelayOutcome.Report report() {
        return new RelayOutcome.Report(new RelayOutcome.Report.Ids(scan.id(), scan.conversationId()),
                new RelayOutcome.Report.Ended("", scan.error(), scan.usage(), scan.serviceTier()),
                RelayOutcome.Report.Counts.of(flushes, bytesIn, bytesOut,
                        scan.textBytes(bytesIn, options.call().ending())), 0, 0);
    }
}
