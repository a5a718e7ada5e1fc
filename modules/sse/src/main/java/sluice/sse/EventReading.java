package sluice.sse;

import sluice.api.RelayOptions;
import sluice.json.ByteSearch;
import sluice.buffers.AnswerRoom;
import sluice.json.JsonReader;
import sluice.json.JsonReader.Stop;
import sluice.responses.AnswerFacts;
import sluice.responses.AnswerTree;
import sluice.responses.EventType;
import sluice.responses.Fact;
import sluice.responses.KeptItems;
import sluice.responses.KeptResponse;
import sluice.responses.ModelGate;

/**
 * Reads the JSON of one event after the other, whole or in pieces: restores the model's name in the buffer, collects what the
 * event tells, and keeps what an end made by the gateway will have to repeat. Confined to the stream's thread.
 */
final class EventReading {
    /** More of the items that are complete is not repeated at a break. */
    private static final int MAX_ITEM_BYTES = 32 * 1024;

    private final ModelGate model;
    private final AnswerFacts found;
    private final JsonReader<Fact> json;
    private final KeptResponse response = new KeptResponse();
    private final KeptItems items;
    private boolean inResponse;
    private boolean inItem;

    EventReading(ModelGate model, RelayOptions.Identified identified, AnswerRoom room) {
        items = KeptItems.ifPlenty(MAX_ITEM_BYTES, room);
        this.model = model;
        found = AnswerFacts.toldTo(identified);
        json = new JsonReader<>(AnswerTree.EVENT, found);
    }

    /** Begins an event. */
    void begin() {
        json.reset();
        found.reset();
        json.stopAtExtents();
        if (model.active()) {
            json.mark(AnswerTree.MODEL);
        }
        inResponse = false;
        inItem = false;
    }

    /** Reads {@code [from, to)} of the buffer, and restores the model in it; returns by how much it grew. */
    int feed(RelayBuffer buffer, int from, int to) {
        int at = from;
        int end = to;
        while (at < end) {
            int start = at;
            at = json.feed(buffer.bytes, at, end);
            if (json.stop() == Stop.LITERAL && model.isUpstream(buffer.bytes, json.literalFrom(), at)) {
                int growth = buffer.replace(json.literalFrom(), at, model.clientLiteral());
                at += growth;
                end += growth;
            }
            keep(buffer.bytes, start, at);
        }
        return end - to;
    }

    /** Keeps a response and an item, whatever event they are of: its type may stand behind them. */
    private void keep(byte[] bytes, int start, int at) {
        boolean opened = json.stop() == Stop.OPENED;
        boolean closed = json.stop() == Stop.CLOSED;
        if (inResponse) {
            response.add(bytes, start, at);
            inResponse = !(closed && json.stoppedAt(Fact.RESPONSE));
        } else if (inItem) {
            items.add(bytes, start, at);
            inItem = !(closed && json.stoppedAt(Fact.ITEM));
        } else if (opened && json.stoppedAt(Fact.RESPONSE) && !found.type().kind().terminal()) {
            inResponse = true;
            response.begin();
            response.add(bytes, at - 1, at);
        } else if (opened && json.stoppedAt(Fact.ITEM) && mayBeDone(found.type())) {
            inItem = true;
            items.begin();
            items.add(bytes, at - 1, at);
        }
    }

    private static boolean mayBeDone(EventType type) {
        return type == EventType.ITEM_DONE || type == EventType.UNKNOWN;
    }

    /** The event is over, and was of this type. */
    void end(EventType type) {
        if (type == EventType.ITEM_DONE) {
            items.end(found.outputIndex());
        }
    }

    /** The number of the whole event {@code [from, to)}; -1 without one. Reads nothing else, and ends what was being read. */
    long numberOf(byte[] bytes, int from, int to) {
        json.reset();
        found.reset();
        json.stopAt(AnswerTree.SEQUENCE_NUMBER);
        int at = from;
        while (at < to && json.stop() != Stop.VALUE) {
            int lineTo = ByteSearch.lineEnd(bytes, at, to);
            int value = FrameScanner.dataValue(bytes, at, lineTo);
            if (value >= 0) {
                json.feed(bytes, value, lineTo);
                if (json.stop() != Stop.VALUE) {
                    json.newline();
                }
            }
            at = lineTo + 1;
        }
        return found.sequence();
    }

    /** A line of data ended. */
    void newline() {
        json.newline();
    }

    /** The buffer's content was moved by {@code distance} bytes. */
    void moved(int distance) {
        json.moved(distance);
    }

    /** Where a model's name begins that is not complete yet, if there is one before {@code at}; otherwise {@code at}. */
    int safeUpTo(int at) {
        if (json.literalFrom() >= 0 && at - json.literalFrom() > model.maxLiteralBytes()) {
            json.forgetLiteral();
        }
        return json.literalFrom() >= 0 ? json.literalFrom() : at;
    }

    AnswerFacts found() {
        return found;
    }

    KeptResponse response() {
        return response;
    }

    KeptItems items() {
        return items;
    }

    /** The stream has ended, and nobody asks any more. */
    void release() {
        items.release();
    }
}
