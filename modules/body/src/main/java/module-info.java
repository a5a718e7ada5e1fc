/**
 * JSON of both directions as bytes: request bodies are scanned once and edited by splice, answers are followed while they
 * pass. Provides {@link sluice.api.BodyScanner} ({@code splice}), {@link sluice.api.AnswerRelay} ({@code streaming}),
 * {@link sluice.buffers.BodyCollector} ({@code sized}) and {@link sluice.api.BodyDecoder}, and exports nothing. Start at
 * {@link sluice.body}.
 */
module sluice.body {
    requires sluice.api;
    requires sluice.buffers;
    requires sluice.json;
    requires sluice.relay;
    requires sluice.responses;
    requires com.github.luben.zstd_jni;

    provides sluice.api.AnswerRelay with sluice.body.JsonRelay;
    provides sluice.buffers.BodyCollector with sluice.body.SizedCollector;
    provides sluice.api.BodyDecoder with sluice.body.ContentDecoder;
    provides sluice.api.BodyScanner with sluice.body.SpliceScanner;
}
