package sluice.clients;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import sluice.records.RequestRecord;

/**
 * How one request under way stands in mapped memory: a word that says how far it is, written last, then numbers and texts, each text
 * with its length before it. Stateless.
 */
final class UnderWaySlot {
    static final int BYTES = 1024;

    /** How far a request is. */
    enum Phase {
        /** There is none. */
        FREE,
        /** It is admitted, and no account was asked. */
        ADMITTED,
        /** An account was asked, and nobody knows what became of it. */
        SENT,
        /** It is charged, and the file of sums may not have it yet. */
        CHARGED,
        /** It is background work, and the file of sums may not have it yet. */
        BEGAN,
        /** It told the usage of background work, and the file of sums may not have that yet. */
        SETTLED;

        private static final Phase[] ALL = values();
    }

    /**
     * What a killed process left of one request.
     *
     * @param day of the charge; of use when it is charged
     * @param nanoDollars the charge when it is charged, and else what was reserved
     * @param requestBytes the size of its body
     */
    record Left(Phase phase, long ticket, Pending work, long day, long nanoDollars, long requestBytes) { }

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int PHASE_BITS = 3;
    private static final int EPOCH_MILLIS = 8;
    private static final int DAY = 16;
    private static final int NANO_DOLLARS = 24;
    private static final int INPUT = 32;
    private static final int OUTPUT = 40;
    private static final int REQUEST_BYTES = 48;
    private static final int BACKGROUND = 56;
    /** A length and a name of at most 64 letters each. */
    private static final int CLIENT = 64;
    private static final int TEAM = CLIENT + 66;
    private static final int ACCOUNT = TEAM + 66;
    private static final int TIER = ACCOUNT + 66;
    private static final int REQUEST_ID = TIER + 66;
    private static final int MODEL = REQUEST_ID + 130;
    private static final int RESPONSE_ID = MODEL + 202;
    private static final int[] TEXTS = {CLIENT, TEAM, ACCOUNT, TIER, REQUEST_ID, MODEL, RESPONSE_ID};
    private static final byte[] NONE = {};

    private UnderWaySlot() {
    }

    /** Writes all that is known at the admission. */
    static void admitted(ByteBuffer slots, int at, long ticket, RequestRecord record, Reservation reservation, Allowances allowances) {
        Claim claim = reservation.claim();
        phase(slots, at, 0, Phase.FREE);
        number(slots, at + EPOCH_MILLIS, record.epochMillis);
        number(slots, at + NANO_DOLLARS, reservation.nanoDollars());
        number(slots, at + INPUT, claim.inputTokens());
        number(slots, at + OUTPUT, claim.outputTokens());
        number(slots, at + REQUEST_BYTES, record.requestBytes);
        number(slots, at + BACKGROUND, claim.background() ? 1 : 0);
        text(slots, at + CLIENT, allowances.of(Allowance.Kind.CLIENT, record.client).bytes());
        text(slots, at + TEAM, record.team.isEmpty() ? NONE : allowances.of(Allowance.Kind.TEAM, record.team).bytes());
        text(slots, at + ACCOUNT, NONE);
        text(slots, at + TIER, claim.tier().isEmpty() ? NONE : cut(claim.tier(), TIER, REQUEST_ID));
        text(slots, at + REQUEST_ID, cut(record.requestId, REQUEST_ID, MODEL));
        text(slots, at + MODEL, NONE);
        text(slots, at + RESPONSE_ID, NONE);
        phase(slots, at, ticket, Phase.ADMITTED);
    }

    /** An account is asked. */
    static void sent(ByteBuffer slots, int at, long ticket, Allowance account, String model) {
        text(slots, at + ACCOUNT, account.bytes());
        text(slots, at + MODEL, cut(model, MODEL, RESPONSE_ID));
        phase(slots, at, ticket, Phase.SENT);
    }

    /** It has ended. */
    static void ended(ByteBuffer slots, int at, long ticket, SpendingChange change) {
        switch (change) {
            case SpendingChange.Nothing nothing -> phase(slots, at, 0, Phase.FREE);
            case SpendingChange.Charged charged -> charged(slots, at, ticket, charged, Phase.CHARGED);
            case SpendingChange.Settled(Pending pending, SpendingChange.Charged charged) -> {
                text(slots, at + RESPONSE_ID, cut(pending.responseId(), RESPONSE_ID, BYTES));
                charged(slots, at, ticket, charged, Phase.SETTLED);
            }
            case SpendingChange.Began(Pending pending) -> {
                text(slots, at + TIER, cut(pending.claim().tier(), TIER, REQUEST_ID));
                text(slots, at + RESPONSE_ID, cut(pending.responseId(), RESPONSE_ID, BYTES));
                phase(slots, at, ticket, Phase.BEGAN);
            }
        }
    }

    private static void charged(ByteBuffer slots, int at, long ticket, SpendingChange.Charged charged, Phase phase) {
        number(slots, at + DAY, charged.day());
        number(slots, at + NANO_DOLLARS, charged.nanoDollars());
        phase(slots, at, ticket, phase);
    }

    /** Writes who pays, where no request was admitted. */
    static void payers(ByteBuffer slots, int at, List<Allowance> who) {
        phase(slots, at, 0, Phase.FREE);
        for (int text : TEXTS) {
            text(slots, at + text, NONE);
        }
        for (Allowance allowance : who) {
            text(slots, at + switch (allowance.kind()) {
                case CLIENT -> CLIENT;
                case TEAM -> TEAM;
                case ACCOUNT -> ACCOUNT;
                case MODEL -> MODEL;
            }, allowance.bytes());
        }
    }

    /** It is kept elsewhere, and the slot is free. */
    static void free(ByteBuffer slots, int at) {
        phase(slots, at, 0, Phase.FREE);
    }

    static boolean isFree(ByteBuffer slots, int at) {
        return ((long) LONGS.get(slots, at) & (1 << PHASE_BITS) - 1) == Phase.FREE.ordinal();
    }

    /** Reads what a killed process left. */
    static Left read(ByteBuffer slots, int at) {
        long head = (long) LONGS.getAcquire(slots, at);
        Phase phase = Phase.ALL[(int) (head & (1 << PHASE_BITS) - 1) % Phase.ALL.length];
        Claim claim = new Claim(text(slots, at + MODEL), text(slots, at + TIER), number(slots, at + INPUT), number(slots, at + OUTPUT),
                number(slots, at + BACKGROUND) != 0);
        Pending work = new Pending(text(slots, at + REQUEST_ID), number(slots, at + EPOCH_MILLIS), new Pending.Whose(text(slots,
                at + CLIENT), text(slots, at + TEAM), text(slots, at + ACCOUNT)), text(slots, at + RESPONSE_ID), claim,
                number(slots, at + NANO_DOLLARS));
        return new Left(phase, head >>> PHASE_BITS, work, number(slots, at + DAY), number(slots, at + NANO_DOLLARS),
                number(slots, at + REQUEST_BYTES));
    }

    private static void phase(ByteBuffer slots, int at, long ticket, Phase phase) {
        LONGS.setRelease(slots, at, ticket << PHASE_BITS | phase.ordinal());
    }

    private static void number(ByteBuffer slots, int at, long value) {
        LONGS.set(slots, at, value);
    }

    private static long number(ByteBuffer slots, int at) {
        return (long) LONGS.get(slots, at);
    }

    private static void text(ByteBuffer slots, int at, byte[] bytes) {
        slots.put(at, (byte) bytes.length);
        slots.put(at + 1, bytes);
    }

    private static String text(ByteBuffer slots, int at) {
        byte[] bytes = new byte[Math.min(Byte.toUnsignedInt(slots.get(at)), BYTES - RESPONSE_ID - 1)];
        slots.get(at + 1, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] cut(String text, int from, int to) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int most = Math.min(255, to - from - 1);
        return bytes.length <= most ? bytes : java.util.Arrays.copyOf(bytes, most);
    }
}
