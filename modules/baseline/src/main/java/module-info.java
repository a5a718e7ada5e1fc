/** Every service of Sluice the naive way: the "before" of each comparison. Start at {@link sluice.baseline}. */
module sluice.baseline {
    requires sluice.api;
    requires sluice.buffers;
    requires sluice.json;
    requires sluice.net;
    requires sluice.responses;
    requires com.fasterxml.jackson.databind;
    requires io.helidon.webclient;

    provides sluice.api.TurnPool.Seats.Factory with sluice.baseline.SweepingSeating;
    provides sluice.api.SelectionPolicy.Factory with sluice.baseline.SortingFactory, sluice.baseline.DecodingFactory;
    provides sluice.api.AnswerRelay with sluice.baseline.BufferedRelay;
    provides sluice.api.Upstream.Factory with sluice.baseline.WebClientUpstream.Factory;
    provides sluice.buffers.BodyCollector with sluice.baseline.GrowingCollector;
    provides sluice.api.BodyScanner with sluice.baseline.TreeScanner;
    provides sluice.api.EventRelay with sluice.baseline.PerLineRelay;
    provides sluice.net.StreamThreads.Factory with sluice.baseline.SharedThreads.Factory;
}
