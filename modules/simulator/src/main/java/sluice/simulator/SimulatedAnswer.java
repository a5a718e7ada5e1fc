package sluice.simulator;

import java.io.IOException;
import java.util.Optional;

/** What a route answers. */
sealed interface SimulatedAnswer {
    /** What it bills, if all of it goes out. */
    Charge charge();

    /** Whether it takes longer than writing it. */
    boolean isSlow();

    /** The response that is made whether or not its peer stays. */
    default Optional<SimulatedResponse> background() {
        return Optional.empty();
    }

    /** A whole body. */
    record Whole(int status, String contentType, byte[] body, Charge charge) implements SimulatedAnswer {
        static Whole json(int status, String json) {
            return charged(status, json, Charge.NONE);
        }

        static Whole charged(int status, String json, Charge charge) {
            return new Whole(status, "application/json", BodyOut.bytes(json), charge);
        }

        static Whole text(int status, String contentType, String text) {
            return new Whole(status, contentType, BodyOut.bytes(text), Charge.NONE);
        }

        static Whole error(ApiError error) {
            return json(error.status(), error.json());
        }

        /** The failure that a fault asks for. */
        static Whole failure(Fault fault) {
            int status = fault.count(FaultOption.STATUS, 500);
            return switch (fault.text(FaultOption.BODY).orElse("json")) {
                case "html" -> text(status, "text/html", "<html><head><title>" + status + "</title></head><body><center><h1>"
                        + status + "</h1></center><hr>cloudflare</body></html>\n");
                case "text" -> text(status, "text/plain", "upstream connect error\n");
                case "empty" -> text(status, "text/plain", "");
                case "detail" -> json(status, ApiError.of(status, fault).detail());
                default -> error(ApiError.of(status, fault));
            };
        }

        @Override
        public boolean isSlow() {
            return false;
        }
    }

    /** A response as JSON; one in the background is only taken on, and billed when it is done. */
    record Accepted(SimulatedResponse response) implements SimulatedAnswer {
        Whole whole() {
            return Whole.charged(200, response.accepted(), charge());
        }

        @Override
        public Optional<SimulatedResponse> background() {
            return Optional.of(response).filter(SimulatedResponse::isBackground);
        }

        @Override
        public Charge charge() {
            return response.isBackground() ? Charge.NONE : response.charge();
        }

        @Override
        public boolean isSlow() {
            return false;
        }
    }

    /** A response told as events, after number {@code after}; all of them after -1. */
    record Events(SimulatedResponse response, int after, Charge charge) implements SimulatedAnswer {
        /** One that is told for the first time. */
        static Events first(SimulatedResponse response) {
            return new Events(response, -1, response.charge());
        }

        /** One that is told again. */
        static Events again(SimulatedResponse response, int after) {
            return new Events(response, after, Charge.NONE);
        }

        @Override
        public Optional<SimulatedResponse> background() {
            return Optional.of(response).filter(told -> told.isBackground() && !charge.isNone());
        }

        void tell(EventOut out, Runnable beforeEnd) throws IOException {
            response.play(out, beforeEnd);
        }

        @Override
        public boolean isSlow() {
            return response.isSlow();
        }
    }
}
